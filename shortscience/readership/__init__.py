"""How many people read a paper's page on a day, without knowing who they were."""
