"""What the run decides, with its rules; written and committed before it."""

from __future__ import annotations

from reproductions.contract import Claim

_ABSTRACT = "abstract, arXiv:1607.01759"
_NEWS = "On BBC News (2,127 different articles, their first 150 tokens, five sections, 427 tested)"
_ORDER = "On made texts of ten words whose class only the order of neighbours tells"
_TAGS = "On made texts of 14 words with one of {} tags of Zipf's frequencies"
_CPU = "CPU time on one core of our own code, told by the run itself"


def _agrees(number: int, arm: str, where: str, what: str) -> Claim:
    return Claim(
        id=f"c{number}",
        text=f"{where}, {what} is as accurate as the authors' library with the same settings on "
        "the same cut: their accuracies differ by less than 1.5 points.",
        paper_says="The method is the one that the authors' library trains.",
        place="section 1 (the library is named there)",
        kind="equivalence",
        metric=f"100 * ({arm}.accuracy - {arm}.official)",
        relation="==",
        margin=1.5,
        unit="points",
        is_central=False,
    )


_OF_BIGRAMS = Claim(
    id="c1",
    text=f"{_ORDER} (1,000 pairs, 4,000 texts), bigrams raise the accuracy of fastText by more "
    "than 10 points.",
    paper_says="A bag of n-grams keeps part of the word order, and bigrams raise the accuracy.",
    place="section 2.2, section 3.1",
    kind="effect",
    metric="100 * (order_bigrams.accuracy - order_words.accuracy)",
    relation=">",
    margin=10.0,
    unit="points",
)

_OF_COST = (
    Claim(
        id="c2",
        text="With 5,000 classes of Zipf's frequencies, 50 numbers a vector and texts of 14 words, "
        f"training with the Huffman tree takes less than 0.3 of that with the softmax. {_CPU}, "
        "both in turns in one process.",
        paper_says="The tree lowers the cost of training from O(kh) to O(h log k).",
        place="section 2.1",
        kind="ratio",
        metric="timing.tree_5000_cpu_us / timing.softmax_5000_cpu_us",
        relation="<",
        margin=0.3,
        unit="×",
    ),
    Claim(
        id="c3",
        text="With 5,000 classes, a training text meets on the mean less than one node more than "
        "the entropy of the labels in bits, the least that any binary tree could ask for.",
        paper_says="Classes are in a Huffman tree, whose depth on the way to a class is of the "
        "order of log k.",
        place="section 2.1",
        kind="exact",
        metric="timing.depth_5000 - timing.entropy_5000",
        relation="<",
        margin=1.0,
        unit="nodes",
        seeds=1,
        is_central=False,
    ),
)

_OF_DEEP_NETWORKS = (
    Claim(
        id="c4",
        text=f"{_NEWS}, fastText is not worse than our small character network by more than "
        "1 point.",
        paper_says="fastText is often on par with deep networks in accuracy.",
        place="abstract, section 3.1",
        kind="effect",
        metric="100 * (news_softmax.accuracy - character_network.accuracy)",
        relation=">",
        margin=-1.0,
        unit="points",
    ),
    Claim(
        id="c5",
        text=f"{_NEWS}, our small character network takes more than 10 times as long to train as "
        f"fastText, from words and characters to weights. {_CPU}. To be read with c4.",
        paper_says="fastText is many orders of magnitude faster to train than deep networks.",
        place="abstract, section 3.1",
        kind="ratio",
        metric="character_network.train_cpu_s / news_softmax.train_cpu_s",
        relation=">",
        margin=10.0,
        unit="×",
    ),
)

_OF_LIBRARY = (
    _agrees(6, "news_softmax", _NEWS, "fastText with the softmax"),
    _agrees(7, "news_tree", _NEWS, "fastText with the tree"),
    _agrees(8, "news_bigrams", _NEWS, "fastText with the softmax and bigrams"),
    _agrees(9, "order_bigrams", _ORDER, "fastText with bigrams"),
    _agrees(10, "tags_softmax", _TAGS.format(100), "fastText with the softmax"),
    _agrees(11, "tags_tree", _TAGS.format(100), "fastText with the tree"),
    _agrees(12, "many_tags_tree", _TAGS.format("2,000"), "fastText with the tree"),
)

_OF_LINEAR_MODELS = Claim(
    id="c13",
    text=f"{_NEWS}, fastText is as accurate as logistic regression on TF-IDF weights of words, "
    "within 1.5 points.",
    paper_says="fastText is compared with linear models on TF-IDF weights, and is in the range of "
    "the best baselines.",
    place="section 3.1",
    kind="equivalence",
    metric="100 * (news_softmax.accuracy - weighed_words.accuracy)",
    relation="==",
    margin=1.5,
    unit="points",
    is_central=False,
)


def _one_bucket_is_enough(number: int, arm: str, where: str) -> Claim:
    return Claim(
        id=f"c{number}",
        text=f"{where}, one bucket per different bigram of the training texts is enough: the "
        "accuracy is within 1.5 points of that with ten buckets per bigram.",
        paper_says="The hashing trick keeps the mapping of n-grams fast and small in memory.",
        place="section 2.2",
        kind="equivalence",
        metric=f"100 * ({arm}.accuracy_one - {arm}.accuracy_ten)",
        relation="==",
        margin=1.5,
        unit="points",
        is_central=False,
    )


_OF_HASHING = (
    Claim(
        id="c14",
        text=f"{_NEWS}, the hash of bigrams collides as a uniform one would: with one bucket per "
        "different bigram, the number of buckets in use is within 1 % of the expected one.",
        paper_says="N-grams are mapped by the hashing trick.",
        place="section 2.2",
        kind="equivalence",
        metric="100 * (hashing_news.used_one / hashing_news.expected_one - 1)",
        relation="==",
        margin=1.0,
        unit="%",
        is_central=False,
    ),
    _one_bucket_is_enough(15, "hashing_news", _NEWS),
    _one_bucket_is_enough(16, "hashing_order", _ORDER),
)

_OUT_OF_REACH = (
    Claim(
        id="c17",
        text="Accuracies on AG, Sogou, DBpedia, Yelp, Yahoo and Amazon beside those of character "
        "and very deep networks.",
        paper_says="fastText is on par with character networks and a little below very deep ones.",
        place="section 3.1, tables 1 to 3",
        kind="out_of_reach",
        reason="No package registry has these sets, and the networks would need days on a GPU. "
        "c4 and c5 ask the same of a small network on BBC News; they say nothing of these tables.",
    ),
    Claim(
        id="c18",
        text="Tag prediction on YFCC100M beside Tagspace.",
        paper_says="fastText with bigrams is better than Tagspace and much faster to test.",
        place="section 3.2, table 5",
        kind="out_of_reach",
        reason="The set has 312 thousand tags on tens of millions of captions and is in no package "
        "registry. c2 measures what the tree saves, on made tags.",
    ),
    Claim(
        id="c19",
        text="Speed on a corpus of a billion words.",
        paper_says="More than a billion words are learned in less than ten minutes on the cores of "
        "one machine, and half a million sentences put into 312 thousand classes in a minute.",
        place="abstract",
        kind="out_of_reach",
        paper_value="a billion words in less than ten minutes",
        paper_source=_ABSTRACT,
        reason="There is no such corpus here, and our code runs on one core. `reproduce bench` "
        "compares the words in a second with the authors' library on small ones.",
    ),
)

CLAIMS = (
    _OF_BIGRAMS,
    *_OF_COST,
    *_OF_DEEP_NETWORKS,
    *_OF_LIBRARY,
    _OF_LINEAR_MODELS,
    *_OF_HASHING,
    *_OUT_OF_REACH,
)
