"""From what was asked to a query of the index.

A paper has to have every word, in whichever field; a word in a title counts most. What is common
to nearly all papers ("of", "the") only helps to rank.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tantivy import FieldType, Occur, Query, Schema, Searcher

from shortscience.search.language import FIRST_YEAR, LAST_YEAR, Asked, Part, Where, Years
from shortscience.search.narrow import Narrow
from shortscience.search.spelling import Words
from shortscience.search.text import author_keys, forms, words_in

# What a word counts, by where it stands. Few papers have summaries, so that a word is rare in those
# and would count most there.
BOOSTS = {"title": 3.0, "authors": 2.6, "extra": 1.2, "abstract": 0.5, "told": 0.2}
# Where a word stands that makes a paper be about it.
NARROW = ("title", "authors", "extra")
# "networks" for "network" counts a little less than the word itself.
_OTHER_FORM = 0.8
# A word that is like the typed one counts for the less, the more letters differ.
_LIKE = (1.0, 0.5, 0.25)
_PHRASE_BOOST = 2.5
_IN_ORDER_BOOST = 1.0
_EXACT_BOOST = 1000.0
# A paper with all words comes before those that lack one.
_STRICT_BOOST = 300.0
# How many beginnings of words are tried while somebody types.
_COMPLETIONS = 12
# Words of a query that may be put right. Each costs a look at all words.
MOST_CORRECTED = 6
_CORRECTIONS = 3
# A word so many times rarer than another is not meant, whatever stands beside it.
_UNLIKELY = 50
# A word so many times rarer than all of them together leaves few papers to look at.
_SELECTIVE = 20
# Queries within queries: tantivy needs some KB of a thread's stack for each.
_DEEPEST = 24
# The share of the words that a paper must have when none has all.
_ENOUGH = 0.6

# A number like 2015 is nearly always the year, seldom a word.
_YEAR_SCORE = 12.0
_YEAR_AS_WORD = 0.3
_YEAR = re.compile(r"(?:1[89]|20)[0-9]{2}")
STOPWORDS = frozenset(
    "a an and are as at be by can do does for from has have how in into is it its of on or our"
    " that the their these this to toward towards under using via we what when which with".split()
)


@dataclass(frozen=True, slots=True)
class Group:
    """One word of the query: the query for it, and what we know of it."""

    query: Query
    word: str
    # In how many papers it is, at most.
    papers: int
    is_optional: bool = False
    # The other half: the same word only where it makes a paper be about it.
    narrow: Query | None = None
    # What finds the papers of `query` at one place instead of in each field, and counts nothing.
    condition: Query | None = None
    # The parts of `query`, whose scores add up.
    scores: Sequence[Query] = ()
    # How many papers the query finds, at most: `papers`, and what was tried in the word's place.
    reach: int = 0

    @property
    def has(self) -> Query:
        """The cheapest query for its papers."""
        return self.condition or self.query


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: `query` finds and ranks, `condition` finds the same and is cheaper."""

    query: Query
    condition: Query


@dataclass(frozen=True, slots=True)
class _How:
    """How freely a word is read."""

    is_beginning: bool = False
    may_be_beginning: bool = False
    is_lenient: bool = False

    def tries_longer(self, papers: int) -> bool:
        """Tell whether to look for longer words: when it is being typed, or is no word yet."""
        return self.is_beginning or (self.may_be_beginning and (papers == 0 or self.is_lenient))


@dataclass(slots=True)
class Matcher:
    """Makes queries for one state of the index."""

    schema: Schema
    searcher: Searcher
    words: Words | None
    corrects: bool = True
    # What was typed, and the likely word that was looked for instead or as well.
    corrected: dict[str, str] = field(default_factory=dict)
    likely: dict[str, list[str]] = field(default_factory=dict)
    _frequencies: dict[tuple[str, str], int] = field(default_factory=dict)

    # --- words --------------------------------------------------------------------------------

    def groups(self, asked: Asked, *, lenient: bool = False, corrects: bool = True) -> list[Group]:
        """Return a group for each word that may stand anywhere.

        Args:
            lenient: also try words that are like those that we do know.
            corrects: try words that are like those that we do not know.
        """
        self.corrects = corrects
        parts = asked.words
        found: list[Group] = []
        for number, part in enumerate(parts):
            is_last = number == len(parts) - 1
            how = _How(
                is_beginning=is_last and asked.is_typing,
                may_be_beginning=is_last and asked.is_open,
                is_lenient=lenient,
            )
            found += self._groups_of(part, how)
        if all(group.is_optional for group in found):
            return [replace(group, is_optional=False) for group in found]
        return found

    def _groups_of(self, part: Part, how: _How) -> list[Group]:
        tokens = words_in(part.text)
        if part.is_phrase and len(tokens) > 1 and not how.is_lenient:
            return [self._phrase(part.text, tokens)]
        groups = [
            self._word(token, how if number == len(tokens) else _How(is_lenient=how.is_lenient))
            for number, token in enumerate(tokens, 1)
        ]
        if len(tokens) < 2:
            return groups
        # "pre-training" is also written "pretraining".
        joined = self._places("".join(tokens))
        if not joined:
            return groups
        apart = all_of([group.query for group in groups])
        rarest = min(group.papers for group in groups)
        condition = any_of([all_of([g.has for g in groups]), self._term("all", "".join(tokens))])
        scores = [apart, *joined]
        reach = min(group.reach for group in groups) + self._frequency("all", "".join(tokens))
        return [
            Group(
                any_of(scores), part.text, rarest, condition=condition, scores=scores, reach=reach
            )
        ]

    def _word(self, token: str, how: _How) -> Group:
        """Return the group of one word: its forms, its completions, and what it is like."""
        alternatives = [(token, 1.0)]
        alternatives += [(form, _OTHER_FORM) for form in forms(token)[1:]]
        papers = sum(self.papers_with(word) for word, _ in alternatives)
        if how.tries_longer(papers) and len(token) > 1:
            longer = self._beginning_with(token)
            numbers = {word: self.papers_with(word) for word in longer if word != token}
            # A rare word would count most, and the likely one is meant.
            most = max(numbers.values(), default=0) or 1
            alternatives += [(word, math.sqrt(n / most)) for word, n in numbers.items()]
            papers += sum(numbers.values())
        if (papers == 0 or how.is_lenient) and not token.isdigit():
            alternatives += self._like(token, papers)
        if is_year := bool(_YEAR.fullmatch(token)):
            alternatives = [(token, _YEAR_AS_WORD)]
        narrow = [q for word, b in alternatives for q in self._places(word, NARROW, b)]
        wide = [q for word, b in alternatives for q in self._places(word, ("abstract", "told"), b)]
        has = [self._term("all", word) for word, _ in alternatives if self._frequency("all", word)]
        reach = sum(self._frequency("all", word) for word, _ in alternatives)
        if is_year:
            year = Query.term_query(self.schema, "year", int(token))
            narrow.append(Query.const_score_query(year, _YEAR_SCORE))
            has.append(year)
            reach += self.searcher.doc_freq("year", int(token))
        is_optional = token in STOPWORDS or (len(token) == 1 and not token.isdigit())
        return Group(
            any_of([*narrow, *wide]),
            token,
            papers,
            is_optional=is_optional,
            narrow=any_of(narrow),
            condition=any_of(has),
            scores=[*narrow, *wide],
            reach=reach,
        )

    def _phrase(self, text: str, tokens: Sequence[str]) -> Group:
        """Return the group of words side by side.

        Abstracts are indexed without places, so there it is all the words; who shows the results
        looks at the text itself.
        """
        side_by_side = [
            Query.boost_query(Query.phrase_query(self.schema, name, list(tokens)), BOOSTS[name])
            for name in ("title", "authors", "told")
        ]
        in_abstract = all_of([self._term("abstract", token) for token in tokens])
        in_extra = all_of([self._term("extra", token) for token in tokens])
        papers = min(self.papers_with(token) for token in tokens)
        return Group(
            any_of([*side_by_side, in_abstract, in_extra]),
            text,
            papers,
            narrow=any_of([*side_by_side, in_extra]),
            reach=papers,
        )

    def _beginning_with(self, token: str) -> list[str]:
        found = self.words.beginning_with(token, limit=_COMPLETIONS) if self.words else []
        if not found:
            # A word newer than the count of words, or of another script.
            for name in ("title", "authors"):
                rows = self.searcher.terms_with_prefix(name, token, limit=_COMPLETIONS)
                found += [word for word, _ in rows]
        return found

    def _like(self, token: str, papers: int) -> list[tuple[str, float]]:
        """Return words that the typed one may be a slip of, each with what it counts."""
        if self.words is None or not self.corrects or len(self.corrected) >= MOST_CORRECTED:
            return []
        known = set(forms(token))
        likely = [
            one
            for one in self.words.like(token, limit=_CORRECTIONS)
            if one.word not in known and one.papers > papers
        ]
        if likely:
            self.corrected[token] = likely[0].word
            self.likely[token] = [
                one.word
                for one in likely
                if one.edits == likely[0].edits and one.papers * _UNLIKELY > likely[0].papers
            ]
        return [(one.word, _LIKE[min(one.edits, 2)]) for one in likely]

    def papers_with(self, word: str) -> int:
        """Return about how many papers have the word somewhere."""
        return sum(self._frequency(name, word) for name in BOOSTS)

    def _frequency(self, name: str, word: str) -> int:
        key = name, word
        if key not in self._frequencies:
            self._frequencies[key] = self.searcher.doc_freq(name, word)
        return self._frequencies[key]

    def with_word(self, groups: Sequence[Group], typed: str, word: str) -> Query:
        """Return the query for the groups, in titles, with this word in place of a typed one."""
        others = [g.narrow or g.query for g in groups if g.word != typed and not g.is_optional]
        return all_of([any_of(self._places(word, NARROW)), *others])

    def _places(
        self, word: str, names: Iterable[str] = tuple(BOOSTS), boost: float = 1.0
    ) -> list[Query]:
        """Return a query for each of these fields in which any paper has the word."""
        return [
            Query.boost_query(self._term(name, word), BOOSTS[name] * boost)
            for name in names
            if self._frequency(name, word)
        ]

    def _term(self, name: str, word: str) -> Query:
        return Query.term_query(self.schema, name, word, index_option="freq")

    # --- everything else ----------------------------------------------------------------------

    def filters(self, asked: Asked) -> list[tuple[Occur, Query]]:
        """Return what must hold besides the words: authors, venues, years…, and what must not."""
        found = []
        for part in asked.parts:
            if part.where is Where.ANYWHERE and not part.is_excluded:
                continue
            query = self._condition(part)
            if query is not None:
                found.append((Occur.MustNot if part.is_excluded else Occur.Must, query))
        for years in asked.years:
            occur = Occur.MustNot if years.is_excluded else Occur.Must
            found.append((occur, self._years(years)))
        return found + [(Occur.Must, query) for query in self._narrowed(asked.narrow)]

    def _narrowed(self, narrow: Narrow) -> Iterator[Query]:
        """Yield what the filters beside the results ask for."""
        if narrow.venues:
            yield any_of([self._exactly("venue", slug) for slug in narrow.venues])
        if narrow.sections:
            yield any_of([self._exactly("section", section) for section in narrow.sections])
        if narrow.first or narrow.last:
            yield self._years(Years(narrow.first or FIRST_YEAR, narrow.last or LAST_YEAR))
        for thing in narrow.has:
            yield self._exactly("has", thing)

    def _condition(self, part: Part) -> Query | None:
        match part.where:
            case Where.ANYWHERE:
                tokens = words_in(part.text)
                return all_of([self._term("all", token) for token in tokens]) if tokens else None
            case Where.AUTHOR:
                return self.by_author(part.text)
            case Where.TITLE | Where.ABSTRACT:
                return self._in_field(part.where.value, part)
            case Where.VENUE:
                return self._at_venue(part.text)
            case Where.SECTION:
                return self._exactly("section", part.text.lower())
            case Where.HAS:
                return self._exactly("has", part.text)
        return None

    def _in_field(self, name: str, part: Part) -> Query | None:
        tokens = words_in(part.text)
        if not tokens:
            return None
        if part.is_phrase and len(tokens) > 1 and name == "title":
            return Query.phrase_query(self.schema, name, list(tokens))
        return all_of(
            [any_of([self._term(name, form) for form in forms(token)]) for token in tokens]
        )

    def by_author(self, name: str) -> Query | None:
        """Return the condition that one author is called so: in full, by initial, or in part."""
        tokens = words_in(name)
        if not tokens:
            return None
        if len(tokens) == 1:
            return self._term("authors", tokens[0])
        if any(len(token) == 1 for token in tokens[:-1]) and len(author_keys(name)) > 1:
            return self._exactly("names", author_keys(name)[1])
        # One word may stand between: a middle name.
        return Query.phrase_query(self.schema, "authors", list(tokens), slop=1)

    def _at_venue(self, text: str) -> Query:
        """Return the condition on the venue: its address here, or words of its names."""
        tokens = words_in(text)
        named = [self._exactly("venue", "-".join(tokens)), self._exactly("venue", text.lower())]
        if tokens:
            named.append(all_of([self._term("extra", token) for token in tokens]))
        return any_of(named)

    def _years(self, years: Years) -> Query:
        if years.first == years.last:
            return self._exactly("year", years.first)
        last = None if years.last == LAST_YEAR else years.last
        return Query.const_score_query(
            Query.range_query(self.schema, "year", FieldType.Integer, years.first, last), 0.0
        )

    def _exactly(self, name: str, value: str | int) -> Query:
        return Query.const_score_query(Query.term_query(self.schema, name, value), 0.0)

    # --- together -----------------------------------------------------------------------------

    def strict(
        self, groups: Sequence[Group], rest: Sequence[tuple[Occur, Query]], *, narrow: bool = False
    ) -> Wanted:
        """Return what finds the papers that have every word."""
        needed = [group for group in groups if not group.is_optional]
        optional = [group for group in groups if group.is_optional]
        conditions = [(occur, query) for occur, query in rest if occur is not Occur.Should]
        lifts = [query for occur, query in rest if occur is Occur.Should]
        if not narrow and _is_selective(needed) and len(optional) + len(lifts) <= _DEEPEST:
            found = _boolean([*((Occur.Must, _picked(group)) for group in needed), *conditions])
            query = _adding(found, [*map(_picked, optional), *lifts])
        else:
            clauses = [(Occur.Must, _of(group, narrow)) for group in needed]
            clauses += [(Occur.Should, _of(group, narrow)) for group in optional]
            query = _boolean([*clauses, *rest])
        has = [_of(group, narrow) if narrow else group.has for group in needed]
        return Wanted(query, _only(has, rest))

    def relaxed(
        self, groups: Sequence[Group], rest: Sequence[tuple[Occur, Query]], *, first: Query
    ) -> Wanted:
        """Return what finds the papers that have most of the words; these `first`."""
        needed = [group for group in groups if not group.is_optional]
        extra = [(Occur.Should, group.query) for group in groups if group.is_optional]
        least = max(1, min(len(needed), round(_ENOUGH * len(needed))))
        some = Query.boolean_query([(Occur.Should, group.query) for group in needed], least)
        has = Query.boolean_query([(Occur.Should, group.has) for group in needed], least)
        lifted = (Occur.Should, Query.const_score_query(first, _STRICT_BOOST))
        query = _boolean([(Occur.Must, some), lifted, *extra, *rest])
        return Wanted(query, _only([has], rest))

    def side_by_side(self, asked: Asked) -> Query | None:
        """Return the query for titles that have the words in this order; None for one word."""
        tokens = words_in(" ".join(self.corrected.get(w, w) for w in words_in(asked.plain_text)))
        if len(tokens) < 2:
            return None
        near = Query.boost_query(
            Query.phrase_query(self.schema, "title", list(tokens), slop=1), _PHRASE_BOOST
        )
        if len(tokens) == 2:
            return near
        in_order = Query.phrase_query(self.schema, "title", list(tokens), slop=len(tokens) + 2)
        return Query.boolean_query(
            [
                (Occur.Should, near),
                (Occur.Should, Query.boost_query(in_order, _IN_ORDER_BOOST)),
            ]
        )

    def these(self, papers: Iterable[int]) -> list[tuple[Occur, Query]]:
        """Return what lifts these papers above all others that match."""
        return [
            (
                Occur.Should,
                Query.const_score_query(Query.term_query(self.schema, "id", pk), _EXACT_BOOST),
            )
            for pk in papers
        ]


def _of(group: Group, narrow: bool) -> Query:
    return (group.narrow if narrow else None) or group.query


def _is_selective(groups: Sequence[Group]) -> bool:
    """Tell whether one of these words leaves few of the papers that the others have."""
    papers = [group.reach for group in groups]
    return len(papers) > 1 and min(papers) * _SELECTIVE < sum(papers)


def _picked(group: Group) -> Query:
    """Return a query for a word's papers that reads little where few of them are asked for.

    tantivy reads all of a union that it intersects with another, in runs of 4,096 papers. Here it
    goes from paper to paper at the one place that has all words, and looks up what each counts.
    """
    if group.condition is None or len(group.scores) > _DEEPEST:
        return group.query
    return _adding(Query.const_score_query(group.condition, 0.0), group.scores)


def _adding(found: Query, by: Iterable[Query]) -> Query:
    """Return a query for the same papers that adds what these count, each looked up by itself."""
    for query in by:
        found = Query.boolean_query([(Occur.Must, found), (Occur.Should, query)])
    return found


def _only(has: Sequence[Query], rest: Sequence[tuple[Occur, Query]]) -> Query:
    """Return the query for papers that have all this; what only ranks them is left out."""
    others = [(occur, query) for occur, query in rest if occur is not Occur.Should]
    return _boolean([*((Occur.Must, query) for query in has), *others])


def any_of(queries: Sequence[Query]) -> Query:
    """Return the query for any of these; each adds what it counts.

    Counting the best one alone (tantivy's `disjunction_max`) costs half as much again.
    """
    if not queries:
        return Query.empty_query()
    return queries[0] if len(queries) == 1 else _boolean([(Occur.Should, q) for q in queries])


def all_of(queries: Sequence[Query]) -> Query:
    if not queries:
        return Query.empty_query()
    return queries[0] if len(queries) == 1 else _boolean([(Occur.Must, q) for q in queries])


def _boolean(clauses: Sequence[tuple[Occur, Query]]) -> Query:
    if clauses and all(occur is Occur.MustNot for occur, _ in clauses):
        return Query.boolean_query([(Occur.Must, Query.all_query()), *clauses])
    return Query.boolean_query(clauses)
