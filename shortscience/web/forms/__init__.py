"""What people type, as typed values. One module per subject, as the views."""
