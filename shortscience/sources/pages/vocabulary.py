"""Words by which a heading is told from the sentence that follows it."""

from __future__ import annotations


def _words(text: str, separator: str | None = None) -> frozenset[str]:
    return frozenset(" ".join(word.split()) for word in text.split(separator))


# Headings that many writers use, in the singular.
HEADINGS = _words(
    """abstract, aim, algorithm, analysis, application, approach, architecture, background,
    baseline, benchmark, caveat, classification, comment, comparison, con, conclusion, context,
    contribution, critique, data, dataset, decoder, definition, detail, detection, disadvantage,
    discussion, dislike, embedder, encoder, evaluation, example, experiment, experimental result,
    experimental setup, extension, framework, funny, future work, general idea, goal, high level,
    highlight, hyperparameter, idea, implementation, implementation detail, inference, intro,
    introduction, intuition, issue, key contribution, key idea, key insight, key point,
    key takeaway, learning, like, limitation, loss, loss function, main contribution, main idea,
    main result, method, methodology, metric, model, model architecture, motivation, my comment,
    my opinion, my take, my thought, my two cent, negative, network, network architecture,
    notation, note, objective, objective function, observation, open question, opinion,
    optimization, overview, paper, paper summary, performance, positive, preliminary, pro,
    problem, problem statement, procedure, proof, question, reference, related work, remark,
    resource, result, review, score, see also, segmentation, setting, setup, solution, strength,
    strong point, suggestion, summary, takeaway, task, term, terminology, testing, theory,
    thought, tl;dr, tldr, training, training detail, training procedure, weak point, weakness,
    what's new, why, additional remark, drawback, key finding, novelty, presenter,
    problem addressed, pros & con, pros and con, rating, strengths and weakness""",
    ",",
)

# Headings below which a list stands, even a list of one.
LISTING = _words(
    """advantage, con, contribution, disadvantage, dislike, key contribution, key point, like,
    limitation, main contribution, negative, positive, pro, see also, strength, strong point,
    takeaway, weak point, weakness""",
    ",",
)


def plain_name(heading: str) -> str:
    """Return a heading as the lists here have it: "2. Key ideas:" gives key idea."""
    name = " ".join(heading.lower().split()).lstrip("0123456789.) ").rstrip(": ")
    forms = (name, name.removesuffix("s"), name.removesuffix("es"))
    return next((form for form in forms if form in HEADINGS), name)


# Words that open a sentence far more often than they stand inside a heading with a capital.
OPENERS = _words(
    """a according after all also although an another any as assume at based because before both
    built by compared consider contrary currently define despite due during each every few first
    firstly following for from furthermore given hence here how however i if in initially instead
    it its last let like many moreover most nevertheless next no normally note notice now on once
    one only other our second secondly several show simple since so some start suppose such that
    the their then there therefore these they this those three through thus to today two typically
    under unlike until use using usually we what when where whereas while with within without
    you"""
)

# Words that cannot end a heading.
CONNECTORS = _words(
    """a an and are as at by do does for from in into is its of on or over per the their this
    through to towards under using versus via vs vs. with without &"""
)

ASKING = _words("how what when where which who why")
