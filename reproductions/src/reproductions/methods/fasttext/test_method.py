"""fastText against its formulas written out, the authors' library, and automatic gradients."""

from __future__ import annotations

import copy
import heapq
import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from reproductions.contract import Context, DataMissing, PeerMissing, Unit
from reproductions.parts.texts import word_order, zipf_tags

from . import baselines, method, peer, tasks
from .experiment import EXPERIMENT, run_unit
from .fitting import train

GOLDEN = json.loads(Path(__file__).with_name("golden.json").read_text("utf-8"))["weights"]
CASES = [f"{one['settings']['loss']}-{one['settings']['ngrams']}" for one in GOLDEN]


def looked_up_sigmoid(x: float) -> float:
    """As the library has it: 512 steps between -8 and 8, rounded down."""
    if abs(x) > 8:
        return float(x > 0)
    return 1 / (1 + math.exp(-(int((x + 8) * 512 / 16) * 16 / 512 - 8)))


def plain_sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def train_by_hand(weights, features, labels, ways, sizes, epochs, rate, sigmoid):
    """Descend on -log f(B A x) one number at a time; `ways` is None for the softmax."""
    embed, out = weights
    done, total = 0, epochs * sum(sizes)
    for n in list(range(len(features))) * epochs:
        step, length = rate * (1 - done / total), len(features[n])
        done += sizes[n]
        hidden = [sum(embed[i][j] for i in features[n]) / length for j in range(len(embed[0]))]
        if ways is None:
            grown = [math.exp(sum(b * h for b, h in zip(row, hidden, strict=True))) for row in out]
            pulls = [(k, (k == labels[n]) - e / sum(grown)) for k, e in enumerate(grown)]
        else:
            pulls = []
            for node, turn in ways[labels[n]]:
                score = sum(b * h for b, h in zip(out[node], hidden, strict=True))
                pulls.append((node, turn - sigmoid(score)))
        gradient = [sum(pull * out[k][j] for k, pull in pulls) for j in range(len(hidden))]
        for k, pull in pulls:
            out[k] = [b + step * pull * h for b, h in zip(out[k], hidden, strict=True)]
        for i in features[n]:
            embed[i] = [a + step * g / length for a, g in zip(embed[i], gradient, strict=True)]


def ways_of(tree):
    """Return the way to each class as pairs of inner node and turn, root first."""
    steps = list(zip(tree.nodes.tolist(), tree.turns.tolist(), strict=True))
    return [steps[a:b] for a, b in itertools.pairwise(tree.starts)]


def features_of(texts):
    return [texts.ids[a:b].tolist() for a, b in itertools.pairwise(texts.starts)]


def make_problem(loss="softmax", ngrams=2, dtype=np.float32, seed=0):
    """Return weights, texts, labels and tree of a small task with seven classes."""
    random = np.random.default_rng(seed)
    drawn = zipf_tags(random, 60, 7, words=40)
    vocabulary = method.read_vocabulary(drawn.texts, drawn.labels)
    texts = method.encode(vocabulary, drawn.texts, ngrams, 100)
    labels = np.array([vocabulary.labels[label] for label in drawn.labels])
    tree = method.huffman(vocabulary.label_counts) if loss == "tree" else None
    outputs = len(vocabulary.labels) - (tree is not None)
    weights = method.first_weights(len(vocabulary.words) + 100, outputs, 6, random, dtype)
    weights.out += random.normal(size=weights.out.shape).astype(dtype)
    return weights, texts, labels, tree


def farthest(a, b):
    return max(abs(a.embed - b.embed).max(), abs(a.out - b.out).max())


# The numbers are published with the hash (Fowler, Noll and Vo); other words have bytes above 127.
@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("", 0x811C9DC5),
        ("a", 0xE40C292C),
        ("foobar", 0xBF9CF968),
        ("</s>", None),
        ("naïve", None),
        ("日本", None),
    ],
)
def test_words_are_hashed_by_fnv_with_signed_bytes(word, expected):
    by_hand = np.uint32(2166136261)
    with np.errstate(over="ignore"):
        for byte in np.frombuffer(word.encode(), np.int8):
            by_hand = (by_hand ^ byte.astype(np.int32).view(np.uint32)) * np.uint32(16777619)

    assert method.word_hash(word) == by_hand
    assert expected in (None, method.word_hash(word))


def test_ngrams_are_those_of_the_words_written_out_in_whole_numbers():
    texts = [["a", "£", "b", "new"], ["b"], ["£", "£", "a"]]
    vocabulary = method.read_vocabulary([["a", "£", "b"]], ["x"])

    features = features_of(method.encode(vocabulary, texts, 3, 1000))

    for text, found in zip(texts, features, strict=True):
        words = [*text, "</s>"]
        numbers = [method.word_hash(word) for word in words]
        signed = [number - 2**32 if number >= 2**31 else number for number in numbers]
        expected = [vocabulary.words[word] for word in words if word in vocabulary.words]
        for first, length in itertools.product(range(len(words)), (2, 3)):
            if first + length <= len(words):
                rolled = 0
                for number in signed[first : first + length]:
                    rolled = (rolled * 116049371 + number) % 2**64
                expected.append(len(vocabulary.words) + rolled % 1000)
        assert sorted(found) == sorted(expected)


def test_training_counts_words_end_mark_and_label():
    vocabulary = method.read_vocabulary([["a", "b"]], ["x"])

    assert method.encode(vocabulary, [["a", "b"], ["a"]]).tokens.tolist() == [4, 3]


@pytest.mark.parametrize("loss", ["softmax", "tree"])
def test_training_is_the_papers_descent_written_out(loss):
    weights, texts, labels, tree = make_problem(loss, dtype=np.float64)
    ways = ways_of(tree) if tree else None
    embed, out = weights.embed.tolist(), weights.out.tolist()

    method.train(weights, texts, labels, tree, 2, 0.5)
    given = (features_of(texts), labels.tolist(), ways, texts.tokens.tolist())
    train_by_hand((embed, out), *given, 2, 0.5, plain_sigmoid)

    np.testing.assert_allclose(weights.embed, embed, atol=1e-12)
    np.testing.assert_allclose(weights.out, out, atol=1e-12)


@pytest.mark.parametrize("loss", ["softmax", "tree"])
def test_one_step_follows_the_gradient_of_the_log_probability(loss):
    weights, texts, labels, tree = make_problem(loss, dtype=np.float64)
    first = slice(*texts.starts[:2])
    one = method.Texts(texts.ids[first], texts.starts[:2], texts.tokens[:1])
    embed, out = (torch.tensor(w, requires_grad=True) for w in (weights.embed, weights.out))
    scores = out @ embed[one.ids].mean(0)
    if tree is None:
        loss_value = -scores.log_softmax(0)[labels[0]]
    else:
        signs = [(node, 1 if turn else -1) for node, turn in ways_of(tree)[labels[0]]]
        loss_value = -sum((sign * scores[node]).sigmoid().log() for node, sign in signs)
    loss_value.backward()
    before = copy.deepcopy(weights)

    method.train(weights, one, labels[:1], tree, 1, 0.1)

    np.testing.assert_allclose(weights.embed, before.embed - 0.1 * embed.grad.numpy(), atol=1e-14)
    np.testing.assert_allclose(weights.out, before.out - 0.1 * out.grad.numpy(), atol=1e-14)


@pytest.mark.parametrize("loss", ["softmax", "tree"])
@pytest.mark.parametrize("ngrams", [1, 3])
def test_the_compiled_loop_gives_what_the_plain_one_gives(loss, ngrams):
    fast = pytest.importorskip("reproductions.methods.fasttext.fast", reason="needs numba")
    weights, texts, labels, tree = make_problem(loss, ngrams)
    plain = copy.deepcopy(weights)

    fast.train(weights, texts, labels, tree, 5, 0.5)
    method.train(plain, texts, labels, tree, 5, 0.5)

    assert farthest(weights, plain) < 1e-5


def prepare_golden(case):
    """Return our texts, labels and tree of a case, and the library's first and last weights."""
    part, settings = peer.golden_texts(), case["settings"]
    vocabulary = method.read_vocabulary(part.texts, part.labels)
    texts = method.encode(vocabulary, part.texts, settings["ngrams"], settings["buckets"])
    labels = np.array([vocabulary.labels[label] for label in part.labels])
    tree = method.huffman(vocabulary.label_counts) if settings["loss"] == "tree" else None
    last = method.Weights(np.array(case["embed"]), np.array(case["out"]))
    return texts, labels, tree, np.array(case["first"], np.float32), last


@pytest.mark.parametrize("case", GOLDEN, ids=CASES)
def test_from_the_librarys_first_weights_training_ends_at_its_last(case):
    texts, labels, tree, first, last = prepare_golden(case)
    ours = method.Weights(first, np.zeros_like(last.out, np.float32))

    method.train(ours, texts, labels, tree, case["settings"]["epochs"], case["settings"]["rate"])

    # The library looks the sigmoid of the tree up in a table, see the next test.
    assert farthest(ours, last) < (1e-5 if tree is None else 0.05)


@pytest.mark.parametrize("case", [one for one in GOLDEN if one["settings"]["loss"] == "tree"])
def test_with_its_table_the_tree_ends_at_the_librarys_weights_too(case):
    texts, labels, tree, first, last = prepare_golden(case)
    embed, out = first.tolist(), np.zeros_like(last.out).tolist()
    given = (features_of(texts), labels.tolist(), ways_of(tree), texts.tokens.tolist())

    train_by_hand((embed, out), *given, case["settings"]["epochs"], 0.5, looked_up_sigmoid)

    assert farthest(method.Weights(np.array(embed), np.array(out)), last) < 1e-5


@pytest.mark.peer
def test_the_installed_library_still_gives_the_kept_weights():
    try:
        found = peer.golden()
    except PeerMissing as missing:
        pytest.skip(f"the authors' library is not installed: {missing}")

    for kept, new in zip(GOLDEN, found, strict=True):
        np.testing.assert_allclose(new["embed"], kept["embed"], atol=1e-6)
        np.testing.assert_allclose(new["out"], kept["out"], atol=1e-6)


@pytest.mark.parametrize("loss", ["softmax", "tree"])
def test_probabilities_of_all_classes_sum_to_one(loss):
    weights, texts, _labels, tree = make_problem(loss)

    found = method.probabilities(weights, texts, tree)

    assert found.shape == (60, 7)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-6)


def test_the_probability_of_a_leaf_is_the_product_over_its_way():
    weights, texts, _labels, tree = make_problem("tree", dtype=np.float64)
    vector = method.vectors(weights, texts)[0]

    found = method.probabilities(weights, texts, tree)[0]

    for k, way in enumerate(ways_of(tree)):
        chances = [plain_sigmoid(float(weights.out[node] @ vector)) for node, _ in way]
        turns = [turn for _, turn in way]
        expected = math.prod(p if t else 1 - p for p, t in zip(chances, turns, strict=True))
        assert found[k] == pytest.approx(expected, abs=1e-14)


def test_the_heap_finds_the_likeliest_classes_in_order():
    weights, texts, _labels, tree = make_problem("tree", dtype=np.float64)
    vector = method.vectors(weights, texts)[0]
    every = method.probabilities(weights, texts, tree)[0]

    found = method.likeliest(weights, vector, tree, 3)

    assert [k for k, _ in found] == np.argsort(-every)[:3].tolist()
    np.testing.assert_allclose([p for _, p in found], np.sort(every)[::-1][:3])


@pytest.mark.parametrize("counts", [[1, 1], [5, 1, 1], [9, 9, 9, 9, 9], [100, 40, 20, 9, 5, 5, 1]])
def test_no_tree_is_cheaper_than_ours(counts):
    heap, cost = list(counts), 0
    heapq.heapify(heap)
    while len(heap) > 1:
        both = heapq.heappop(heap) + heapq.heappop(heap)
        cost += both
        heapq.heappush(heap, both)

    tree = method.huffman(np.array(counts))

    assert (np.diff(tree.starts) * counts).sum() == cost
    assert len({tuple(way) for way in ways_of(tree)}) == len(counts)


@pytest.mark.parametrize("loss", ["softmax", "tree"])
def test_twenty_texts_are_learned_by_heart(loss):
    weights, texts, labels, tree = make_problem(loss)
    few = method.Texts(texts.ids[: texts.starts[20]], texts.starts[:21], texts.tokens[:20])

    train(weights, few, labels[:20], tree, 200, 0.5)

    found = method.probabilities(weights, few, tree)
    assert (found.argmax(1) == labels[:20]).all()
    assert -np.log(found[np.arange(20), labels[:20]]).mean() < 0.1


def make_context(arm, seed):
    settings = EXPERIMENT.settings("smoke", arm)
    return Context(Unit(arm, seed), settings, torch.device("cpu"), Path())


@pytest.mark.parametrize("arm", ["order_bigrams", "tags_tree", "hashing_order"])
def test_the_same_seed_gives_the_same_result(arm):
    first, second = (run_unit(Unit(arm, 7), make_context(arm, 7)) for _ in range(2))

    told = [name for name in first.values if "cpu" not in name]
    assert [first.values[name] for name in told] == [second.values[name] for name in told]
    assert first.series == second.series


def test_seeds_share_twenty_cuts_but_not_their_first_weights():
    near, far = (run_unit(Unit("tags_tree", s), make_context("tags_tree", s)) for s in (3, 23))

    assert near.values["official"] == far.values["official"]
    assert near.values["accuracy"] != far.values["accuracy"]


def test_the_library_was_not_asked_about_other_settings():
    with pytest.raises(DataMissing, match="no accuracy for news_tree"):
        tasks.official_accuracy("news_tree", {"rate": 0.123}, 0)


def test_single_words_tell_nothing_of_the_order():
    drawn = word_order(np.random.default_rng(0), 50, words=20)

    for text, label in zip(drawn.texts, drawn.labels, strict=True):
        pairs = {(int(a[1:]), int(b[1:])) for a, b in itertools.pairwise(text)}
        steps = [b - a for a, b in pairs if a // 2 == b // 2 and a != b]
        assert len(text) == 10
        assert (1 if label == "rising" else -1) in steps


def test_weighed_words_agree_with_scikit_learn():
    linear_model = pytest.importorskip("sklearn.linear_model")
    extraction = pytest.importorskip("sklearn.feature_extraction.text")
    drawn = zipf_tags(np.random.default_rng(0), 600, 5, words=300)
    y = np.array([int(label[1:]) for label in drawn.labels])
    parts = [drawn.take(np.arange(400)), drawn.take(np.arange(400, 600))]
    words = extraction.TfidfVectorizer(analyzer=lambda text: text, sublinear_tf=True)
    model = linear_model.LogisticRegression(C=10, max_iter=1000)
    model.fit(words.fit_transform(parts[0].texts), y[:400])
    expected = model.score(words.transform(parts[1].texts), y[400:])

    found = baselines.weighed_words_accuracy(
        (parts[0].texts, torch.tensor(y[:400])), (parts[1].texts, torch.tensor(y[400:]))
    )

    assert found == pytest.approx(expected, abs=0.011)
