"""A small library in which everything is connected, every stored page of it, and every write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from shortscience.accounts.actions import change_profile
from shortscience.accounts.models import User
from shortscience.claims import actions as claims
from shortscience.claims.merging import join, part
from shortscience.claims.models import Claim, ClaimMerge
from shortscience.claims.saying import Said
from shortscience.discussion.actions import (
    add_comment,
    delete_comment,
    edit_comment,
    rerender_comment,
)
from shortscience.discussion.models import Comment
from shortscience.discussion.notes import Choice
from shortscience.discussion.questions import accept_answer
from shortscience.evidence.actions import (
    import_evidence,
    link_claim,
    register_code,
    unlink_claim,
    upload_report,
)
from shortscience.evidence.models import ClaimEvidence, ExternalEvidence, Reproduction, TestedClaim
from shortscience.evidence.models import Report as RunReport
from shortscience.groups.actions import make_group
from shortscience.groups.models import Group
from shortscience.lib.identifiers import candidates
from shortscience.library.actions import lists
from shortscience.library.models import ListItem, ReadingList
from shortscience.membership.actions import Texts, leave
from shortscience.moderation import actions as moderation
from shortscience.moderation.images import set_image_hidden
from shortscience.moderation.merging import merge_papers, undo_merge
from shortscience.moderation.venues import edit_venue
from shortscience.papers import corrections
from shortscience.papers.fields import Field
from shortscience.papers.intake import take_in
from shortscience.papers.models import Identifier, Paper, PaperMerge
from shortscience.papers.notices import note_notices
from shortscience.papers.outbox import changed
from shortscience.papers.records import Notice, NoticeKind, PaperRecord
from shortscience.sharing import actions as sharing
from shortscience.summaries import arrivals, corrected, counts
from shortscience.summaries.actions import (
    delete_summary,
    rerender,
    restore_version,
    save_summary,
    withdraw_version,
)
from shortscience.summaries.models import Summary
from shortscience.venues.editing import Details
from shortscience.venues.models import Venue, VenueYear
from shortscience.voting.actions import refresh_standing, rescore_all, vote_on_summary
from shortscience.voting.models import SummaryVote
from tests.evidence.reports import IN, OUT, as_bytes, as_json, crate, report_of
from tests.factories import (
    make_comment,
    make_image,
    make_paper,
    make_summary,
    make_user,
    make_venue,
)

CLAIMS = (
    "About the first. It cites nothing."
    " ::claim{id=c1 metric=acc value=3}It reaches three.:: ::claim{id=c2}It is fast.::"
)
RENDERED_BY_AN_OLDER = "<p>what an older renderer made</p>"


@dataclass
class World:
    mona: User
    alice: User
    bob: User
    carol: User
    one: Paper
    two: Paper
    three: Paper
    icml: Venue
    nips: Venue
    named: Summary
    anonymous: Summary
    citing: Summary
    draft: Summary
    comment: Comment
    on_paper: Comment
    silent: Comment
    question: Comment
    shelf: ReadingList

    @classmethod
    def make(cls) -> World:
        mona = make_user("mona", is_staff=True)
        alice, bob, carol = (make_user(name) for name in ("alice", "bob", "carol"))
        icml, nips = make_venue("ICML", prefix="conf/icml"), make_venue("NIPS")
        one = make_paper("First work", keys=("1512.03385",), venue=icml, year=2016)
        two = make_paper("Second work", keys=("1502.03167",), venue=icml, year=2015)
        three = make_paper("Third work", keys=("1706.03762",), venue=nips, year=2017)
        make_paper("A work that waits", keys=("1409.0473",), venue=nips, year=2017)
        named = make_summary(one, writer=alice, text=CLAIMS)
        anonymous = make_summary(one, writer=bob, text="Nobody said this.", anonymous=True)
        text = "As \\cite{1512.03385} and \\cite{1409.0473} and \\cite{conf/x/Later} say."
        citing = make_summary(two, writer=carol, text=text)
        draft = make_summary(three, writer=bob, text="Cites \\cite{1512.03385}.", private=True)
        comment = make_comment(summary=named, writer=bob)
        on_paper = make_comment(paper=one, writer=carol, text="To the authors.")
        silent = make_comment(summary=citing, writer=alice, anonymous=True)
        question = make_comment(paper=two, writer=bob, text="Why two?", question=True)
        shelf = lists.make_list(owner=carol, name="To read", description="Why.", is_public=True)
        lists.add_to_list(by=carol, reading_list=shelf, papers=[one, two])
        vote_on_summary(voter=carol, summary=named, value=1)
        vote_on_summary(voter=alice, summary=citing, value=1)
        old = timezone.now() - timedelta(days=30)
        SummaryVote.objects.update(voted_at=old)
        refresh_standing()
        return cls(
            *(mona, alice, bob, carol, one, two, three, icml, nips),
            *(named, anonymous, citing, draft, comment, on_paper, silent, question, shelf),
        )

    def addresses(self) -> list[str]:
        """Return every page that may be stored, each kind at least once."""
        papers = [p.get_absolute_url() for p in (self.one, self.two, self.three)]
        summaries = [s.pk for s in (self.named, self.anonymous, self.citing, self.draft)]
        return [
            *("/", "/?tab=best", "/?s=CS"),
            *papers,
            *(f"{papers[0]}?{more}" for more in (
                "order=new", "order=level", "for=new", "for=expert", "comments=all", "cited=all")),
            *(f"{papers[0]}/{page}" for page in ("bibtex", "details", "compare-summaries")),
            f"{papers[1]}/details",
            *(f"/s/{pk}" for pk in summaries),
            *(f"/s/{pk}/{page}" for pk in summaries[:2] for page in ("source", "share")),
            f"/s/{summaries[0]}/source?raw=",
            *(f"/s/{pk}/{page}" for pk in summaries[:3] for page in ("history", "r/1")),
            *(f"/s/{pk}/notes.jsonld" for pk in summaries[:3]),
            *("/questions", "/questions?show=all", f"/questions?paper={self.two.pk}"),
            *("/venues", "/venues?order=name", "/v/icml", "/v/nips", "/v/icml/2016"),
            "/v/icml/2016/print",
            *("/v/icml/2015", "/v/nips/2017?list=papers"),
            *("/people", "/people?order=summaries"),
            *("/@alice", "/@bob", "/@carol", "/@alice?order=new", "/@alice/avatar.svg"),
            self.shelf.get_absolute_url(),
            f"{self.shelf.get_absolute_url()}/print",
            f"{self.shelf.get_absolute_url()}/book.epub",
            *("/v/icml/2016/book.epub", "/v/icml/2015/book.epub"),
            *("/claims", "/claims?status=reproduced"),
            *(f"/claims/{claim.pk}" for claim in Claim.objects.oldest_first()),
            *("/reproductions", "/reproductions?outcome=reproduced"),
            *("/reproductions/guide", "/reproductions/schema.json"),
            # Before a report was sent these are not there, which is a page as well.
            *("/reproductions/1", f"/runs/{'0' * 64}"),
            *(f"/reproductions/{pk}" for pk in Reproduction.objects.values_list("pk", flat=True)),
            *(f"/runs/{run}" for run in RunReport.objects.values_list("sha256", flat=True)),
            *("/about", "/guide", "/keys", "/log"),
            f"{self.shelf.get_absolute_url()}/feed",
            *("/@carol/lists/feed", "/@bob/lists/feed"),
            *("/rss.xml", "/rss-all.xml", "/rss-full.xml"),
            *("/sitemap.xml", "/robots.txt", "/opensearch.xml"),
            *(f"/sitemap-{kind}-1.xml" for kind in (
                "site", "papers", "venues", "years", "people")),
        ]  # fmt: skip

    # --- what is written: each method is one write, in the order in which they stand ------------

    def a_vote(self) -> None:
        vote_on_summary(voter=self.bob, summary=self.named, value=1)

    def the_vote_turned_round(self) -> None:
        vote_on_summary(voter=self.bob, summary=self.named, value=-1)

    def the_vote_taken_back(self) -> None:
        vote_on_summary(voter=self.bob, summary=self.named, value=0)

    def a_vote_that_hides_a_summary_from_lists(self) -> None:
        for name in ("x1", "x2"):
            vote_on_summary(voter=make_user(name), summary=self.citing, value=-1)

    def a_vote_on_an_anonymous_text(self) -> None:
        vote_on_summary(voter=self.carol, summary=self.anonymous, value=1)

    def votes_settled(self) -> None:
        SummaryVote.objects.update(voted_at=timezone.now() - timedelta(days=30))

    def standings(self) -> None:
        assert refresh_standing()

    def a_summary_of_a_paper_that_waited(self) -> None:
        paper = Paper.objects.get(title="A work that waits")
        save_summary(writer=self.alice, paper=paper, text="It waits no more.")

    def a_summary_changed(self) -> None:
        self._save(self.named, self.alice, text="Changed. Cites \\cite{1706.03762}.")

    def an_older_version_restored(self) -> None:
        self.named.refresh_from_db()
        version = self.named.version
        restore_version(summary=self.named, number=1, base_version=version, by=self.alice)

    def a_summary_given_a_level(self) -> None:
        self._save(self.named, self.alice, level="new")

    def a_summary_made_anonymous(self) -> None:
        self._save(self.citing, self.carol, is_anonymous=True)

    def a_summary_given_a_name(self) -> None:
        self._save(self.citing, self.carol)

    def a_summary_made_private(self) -> None:
        self._save(self.citing, self.carol, is_private=True)

    def a_private_summary_changed(self) -> None:
        self._save(self.citing, self.carol, is_private=True, text="Cites \\cite{1512.03385}.")

    def a_summary_published(self) -> None:
        self._save(self.draft, self.bob)

    def a_summary_published_again(self) -> None:
        self._save(self.citing, self.carol)

    def a_second_author(self) -> None:
        asked = sharing.invite_author(summary=self.citing, handle="alice", by=self.carol)
        sharing.accept_authorship(invitation=asked, by=self.alice)

    def a_joint_summary_changed(self) -> None:
        self._save(self.citing, self.carol, text="Changed by both.")

    def a_joint_summary_made_anonymous(self) -> None:
        self._save(self.citing, self.carol, is_anonymous=True, text="Changed by both.")

    def a_joint_summary_given_its_names(self) -> None:
        self._save(self.citing, self.carol, text="Changed by both.")

    def the_first_author_changed(self) -> None:
        sharing.hand_over(summary=self.citing, person=self.alice, by=self.carol)

    def the_second_author_taken_off(self) -> None:
        sharing.hand_over(summary=self.citing, person=self.carol, by=self.alice)
        sharing.remove_author(summary=self.citing, person=self.alice, by=self.carol)

    def a_summary_for_a_group(self) -> None:
        lab = make_group(owner=self.carol, name="The lab")
        self._save(self.citing, self.carol, group=lab)

    def a_comment_in_the_group(self) -> None:
        self.citing.refresh_from_db()
        add_comment(writer=self.carol, paper=self.two, summary=self.citing, text="Among us.")

    def a_summary_back_from_the_group(self) -> None:
        self._save(self.citing, self.carol, text="As \\cite{1512.03385} says.")

    def an_older_version_withdrawn(self) -> None:
        withdraw_version(summary=self.named, number=1, by=self.alice)

    def an_older_version_shown_again(self) -> None:
        withdraw_version(summary=self.named, number=1, by=self.alice, again=True)

    def a_comment_on_a_summary(self) -> None:
        add_comment(writer=self.carol, paper=self.one, summary=self.named, text="One more.")

    def an_answer(self) -> None:
        add_comment(writer=self.alice, paper=self.one, parent=self.comment, text="Indeed.")

    def a_note(self) -> None:
        self._note("It cites nothing.")

    def a_note_whose_passage_is_taken_out(self) -> None:
        self._save(self.named, self.alice, text="About something else.")

    def a_note_whose_passage_comes_back(self) -> None:
        self._save(self.named, self.alice, text="First of all. It cites nothing.")

    def a_question_answered(self) -> None:
        text = "Because of @carol."
        answer = add_comment(writer=self.alice, paper=self.two, parent=self.question, text=text)
        accept_answer(by=self.bob, answer=answer)

    def its_answer_accepted_no_more(self) -> None:
        answer = Comment.objects.get(accepted_at__isnull=False)
        accept_answer(by=self.bob, answer=answer, is_accepted=False)

    def an_anonymous_comment_on_a_paper(self) -> None:
        add_comment(writer=self.alice, paper=self.two, text="Who knows.", is_anonymous=True)

    def a_comment_changed(self) -> None:
        edit_comment(editor=self.carol, comment=self.on_paper, text="Said otherwise.")

    def a_comment_deleted(self) -> None:
        delete_comment(by=self.carol, comment=self.on_paper)

    def an_answered_comment_deleted(self) -> None:
        delete_comment(by=self.bob, comment=self.comment)

    def a_comment_hidden(self) -> None:
        moderation.hide(moderator=self.mona, target=self.silent, reason="spam")

    def a_comment_restored(self) -> None:
        moderation.restore(moderator=self.mona, target=self.silent, reason="not spam")

    def a_summary_hidden(self) -> None:
        moderation.hide(moderator=self.mona, target=self.citing, reason="copied")

    def a_summary_restored(self) -> None:
        moderation.restore(moderator=self.mona, target=self.citing, reason="not copied")

    def an_image_hidden(self) -> None:
        image = make_image(self.alice)
        set_image_hidden(moderator=self.mona, image=image, hidden=True, reason="not theirs")

    def a_report(self) -> None:
        moderation.report(reporter=self.bob, target=self.named, reason="other")

    def a_report_closed(self) -> None:
        moderation.keep(moderator=self.mona, target=self.named, reason="it is fine")

    def a_paper_hidden(self) -> None:
        moderation.hide(moderator=self.mona, target=self.one, reason="not a paper")

    def a_paper_restored(self) -> None:
        moderation.restore(moderator=self.mona, target=self.one, reason="it is one")

    def a_claim_proposed(self) -> None:
        said = Said("Three it is.", metric="acc", relation="=", value="3")
        claims.propose(by=self.carol, paper=self.one, said=said, summary=self.named)

    def a_claim_changed(self) -> None:
        said = Said("It is three.", metric="acc", relation="=", value="3")
        claims.change(by=self.carol, claim=self._proposed(), said=said)

    def claims_joined(self) -> None:
        keep, drop = Claim.objects.filter(metric="acc").oldest_first()
        join(keep=keep, drop=drop, by=self.bob)

    def the_join_undone(self) -> None:
        part(merge=ClaimMerge.objects.get(), by=self.bob)

    def a_claim_commented_on(self) -> None:
        add_comment(writer=self.bob, paper=self.one, claim=self._proposed(), text="Is it?")

    def a_claim_declined(self) -> None:
        claims.decline(by=self.alice, claim=self._proposed(), reason="It is not.")

    def a_claim_taken_over(self) -> None:
        said = Said("It cites nothing.")
        claim = claims.propose(by=self.bob, paper=self.one, said=said, summary=self.named)
        claims.take_over(by=self.alice, claim=claim)

    def a_claim_hidden(self) -> None:
        moderation.hide(moderator=self.mona, target=self._proposed(), reason="spam")

    def a_claim_restored(self) -> None:
        moderation.restore(moderator=self.mona, target=self._proposed(), reason="no spam")

    def a_report_of_a_run(self) -> None:
        self._send(self.carol)

    def a_rule_linked_to_a_claim(self) -> None:
        tested = TestedClaim.objects.get()
        link_claim(by=self.carol, tested=tested, claim=Claim.objects.get(proposed_by=self.bob))

    def a_run_that_disputes_it(self) -> None:
        first = RunReport.objects.get()
        confirms = {"report": first.sha256, "how": "replay", "user": "bob"}
        self._send(self.bob, arms={"out": IN, "inside": OUT}, confirms=confirms)

    def a_run_hidden(self) -> None:
        run = RunReport.objects.get(uploader=self.bob)
        moderation.hide(moderator=self.mona, target=run, reason="made up")

    def a_run_restored(self) -> None:
        run = RunReport.objects.get(uploader=self.bob)
        moderation.restore(moderator=self.mona, target=run, reason="it was not")

    def its_code_known(self) -> None:
        register_code(sha256=RunReport.objects.oldest_first()[0].code_sha256, about="the code")

    def a_link_taken_off(self) -> None:
        unlink_claim(by=self.carol, link=ClaimEvidence.objects.get())

    def a_crate_imported(self) -> None:
        import_evidence(by=self.carol, payload=as_json(crate()), paper=self.one)

    def the_crate_hidden(self) -> None:
        row = ExternalEvidence.objects.get()
        moderation.hide(moderator=self.mona, target=row, reason="of another paper")

    def a_mark_changed(self) -> None:
        self.named.refresh_from_db()
        self._save(self.named, self.alice, text=self.named.text.replace("fast", "quick"))

    def a_mark_taken_out(self) -> None:
        self._save(self.named, self.alice, text="Nothing to check.")

    def a_paper_listed(self) -> None:
        lists.add_to_list(by=self.carol, reading_list=self.shelf, papers=[self.three])

    def a_listed_paper_moved(self) -> None:
        lists.step_item(by=self.carol, item=self._listed(self.three), up=True)

    def a_remark_on_a_listed_paper(self) -> None:
        lists.comment_on_item(by=self.carol, item=self._listed(self.one), comment="Read § 2.")

    def a_paper_taken_off_a_list(self) -> None:
        lists.remove_item(by=self.carol, item=self._listed(self.two))

    def a_list_made_private(self) -> None:
        self._show_list(False)

    def a_private_list_changed(self) -> None:
        lists.add_to_list(by=self.carol, reading_list=self.shelf, papers=[self.two])

    def a_list_published(self) -> None:
        self._show_list(True)

    def a_list_hidden(self) -> None:
        moderation.hide(moderator=self.mona, target=self.shelf, reason="spam")

    def a_list_restored(self) -> None:
        moderation.restore(moderator=self.mona, target=self.shelf, reason="no spam")

    def another_list(self) -> None:
        made = lists.make_list(owner=self.bob, name="Bob’s", is_public=True)
        lists.add_to_list(by=self.bob, reading_list=made, papers=[self.one, self.three])

    def that_list_deleted(self) -> None:
        lists.delete_list(by=self.bob, reading_list=ReadingList.objects.get(name="Bob’s"))

    def a_member_banned(self) -> None:
        moderation.ban(moderator=self.mona, person=self.carol, reason="spam")

    def a_ban_lifted(self) -> None:
        moderation.unban(moderator=self.mona, person=self.carol, reason="no spam")

    def a_profile_changed(self) -> None:
        change_profile(
            person=self.alice, display_name="Alice A.", about="Reads **much**.", orcid_id=""
        )

    def an_orcid(self) -> None:
        self.alice.refresh_from_db()
        change_profile(
            person=self.alice,
            display_name="Alice A.",
            about="",
            orcid_id="0000-0002-1825-0097",
        )

    def a_commenter_renamed(self) -> None:
        change_profile(person=self.bob, display_name="Bob B.", about="", orcid_id="")

    def a_handle_changed_by_an_operator(self) -> None:
        User.objects.filter(pk=self.carol.pk).update(username="caroline")

    def the_handle_changed_back(self) -> None:
        User.objects.filter(pk=self.carol.pk).update(username="carol")

    def a_correction_suggested(self) -> None:
        corrections.suggest(member=self.bob, paper=self.one, field=Field.YEAR, value=2014)

    def a_correction_accepted(self) -> None:
        self._correct(Field.YEAR, 2014)

    def a_correction_taken_back(self) -> None:
        suggestion = self.one.suggestions.filter(state="applied").latest("pk")
        outcome = corrections.revert(moderator=self.mona, suggestion=suggestion)
        corrected.settle(outcome.suggestion.paper, was=outcome.was)

    def a_title_corrected(self) -> None:
        self._correct(Field.TITLE, "First work, corrected")

    def a_venue_corrected(self) -> None:
        self._correct(Field.VENUE, "NIPS")

    def a_section_moved(self) -> None:
        Paper.objects.filter(pk=self.two.pk).update(section="Bio")
        self.two.refresh_from_db()
        arrivals.move_sections()

    def a_notice(self) -> None:
        notice = Notice(kind=NoticeKind.RETRACTION, doi="10.1/retracted")
        note_notices([(self.two, PaperRecord(title="x", notices=(notice,), source="Crossref"))])

    def a_venue_edited(self) -> None:
        self.icml.refresh_from_db()
        details = replace(Details.of(self.icml), name="Learning of Machines", homepage="")
        edit_venue(moderator=self.mona, venue=self.icml, details=details, reason="its name")

    def a_new_paper(self) -> None:
        record = PaperRecord(
            title="A fourth work",
            authors=("Ada Lovelace",),
            year=2015,
            venue="ICML",
            keys=tuple(candidates("conf/x/Later")),
        )
        (taken,) = take_in([record])
        arrivals.settle_one(taken.paper)

    def a_paper_filled(self) -> None:
        keys = tuple(candidates("1502.03167") + candidates("10.1000/two"))
        record = PaperRecord(
            title=self.two.title, authors=tuple(self.two.authors), year=2015, keys=keys,
            abstract="What it is about.", keywords=("cs.LG",),
        )  # fmt: skip
        take_in([record])

    def a_key_removed(self) -> None:
        assert Identifier.objects.filter(paper=self.two, scheme="doi").delete()[0]

    def papers_merged(self) -> None:
        merge_papers(keep=self.two, drop=self.one, by=self.mona, reason="one work")

    def the_merge_undone(self) -> None:
        merge = PaperMerge.objects.get()
        undo_merge(merge=merge, by=self.mona, reason="two works")

    def rendered_again(self) -> None:
        Summary.objects.update(lead_html=RENDERED_BY_AN_OLDER, renderer_version=0)
        Comment.objects.exclude(text="").update(html=RENDERED_BY_AN_OLDER, renderer_version=0)

    def rerender(self) -> None:
        for summary in Summary.objects.all():
            rerender(summary)
        for comment in Comment.objects.all():
            rerender_comment(comment)

    def numbers_gone_wrong(self) -> None:
        Summary.objects.filter(pk=self.named.pk).update(ups=9, score=9, comment_count=7)
        Paper.objects.filter(pk=self.one.pk).update(summary_count=9, comment_count=9)
        User.objects.filter(pk=self.alice.pk).update(public_summaries=9)
        Venue.objects.filter(pk=self.icml.pk).update(summarised_count=0)
        VenueYear.objects.filter(venue=self.icml, year=2015).update(paper_count=99)

    def numbers_repaired(self) -> None:
        assert sum(counts.recount().values()) + rescore_all() > 4

    def only_a_paper_s_count_repaired(self) -> None:
        # The front page's "wanted" panel depends on it for papers that it does not show yet.
        waiting = Paper.objects.get(title="A work that waits")
        Paper.objects.filter(pk=waiting.pk).update(summary_count=0)
        changed([waiting.pk])

    def a_row_changed_in_the_admin(self) -> None:
        self.three.refresh_from_db()
        self.three.title = "Third work, by an operator"
        self.three.save()

    def a_member_leaves_with_all_texts(self) -> None:
        leave(person=User.objects.get(username="carol"), texts=Texts.REMOVE)

    def a_member_leaves_the_texts_here(self) -> None:
        leave(person=User.objects.get(username="alice"), texts=Texts.DISOWN)

    def a_summary_deleted(self) -> None:
        delete_summary(summary=self.anonymous, by=self.bob)

    def _save(
        self,
        summary: Summary,
        writer: User,
        text: str = "",
        *,
        is_anonymous: bool = False,
        is_private: bool = False,
        level: str | None = None,
        group: Group | None = None,
    ) -> None:
        summary.refresh_from_db()
        save_summary(
            writer=writer,
            paper=summary.paper,
            text=text or summary.text,
            base_version=summary.version,
            is_anonymous=is_anonymous,
            is_private=is_private,
            group=group,
            level=level,
        )

    def _note(self, words: str) -> None:
        self.named.refresh_from_db()
        add_comment(
            writer=self.carol,
            paper=self.one,
            summary=self.named,
            text="Really?",
            passage=Choice(words),
        )

    def _send(self, person: User, **report: Any) -> None:
        sent = report_of(arxiv="1512.03385", **report)
        upload_report(by=person, payload=as_bytes(sent))

    def _proposed(self) -> Claim:
        return Claim.objects.get(proposed_by=self.carol)

    def _listed(self, paper: Paper) -> ListItem:
        return ListItem.objects.get(reading_list=self.shelf, paper=paper)

    def _show_list(self, is_public: bool) -> None:
        lists.change_list(
            by=self.carol,
            reading_list=self.shelf,
            name=self.shelf.name,
            description="Why else.",
            is_public=is_public,
        )

    def _correct(self, field: Field, value: str | int) -> None:
        outcome = corrections.suggest(member=self.mona, paper=self.one, field=field, value=value)
        assert outcome.is_applied
        corrected.settle(outcome.suggestion.paper, was=outcome.was)


def writes() -> list[tuple[str, Callable[[World], None]]]:
    """Return every write of a world, in the order in which they stand above."""
    skipped = {"make", "addresses"}
    return [
        (name, method)
        for name, method in vars(World).items()
        if not name.startswith("_") and name not in skipped and callable(method)
    ]
