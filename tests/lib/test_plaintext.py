"""Plain text out of LaTeX and HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shortscience.lib.plaintext import fold, from_html, from_latex, squeeze


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"Fr\'echet", "Fréchet"),
        (r"J{\"{a}}schke", "Jäschke"),
        (r"{\"O}nnud{\'o}ttir", "Önnudóttir"),
        (r"dzia{\l}ania", "działania"),
        (r"na\"{\i}ve, na\"\i ve", "naïve, naïve"),
        (r"Erd\H{o}s, \v{s}, \c c, \v z", "Erdős, š, ç, ž"),
        (r"{\th}{\'a}tttaka jafnr{\ae}{\dh}i", "þátttaka jafnræði"),
        (r"Stra\ss e and \O{}rsted", "Straße and Ørsted"),
        (r"D\textquotesingle aspremont", "D'aspremont"),
        (r"R\&D, 50\%, \#1, a\_b", "R&D, 50%, #1, a_b"),
        (r"\emph{Natrix} \textbf{\textit{cetti}}", "Natrix cetti"),
        (r"{\bf bold} {\em it}", "bold it"),
        (r"a\,b\\c", "a b c"),
        (r"hy\-phen", "hyphen"),
        ("``quoted'' -- and --- so", "“quoted” – and — so"),
        (r"a $\alpha_{1}$-net, {B}", r"a $\alpha_{1}$-net, B"),
        (r"\(\beta\)-VAE", r"$\beta$-VAE"),
        (r"from \$5 to \$6", r"from \$5 to \$6"),
        (r"only \$5", "only $5"),
        (r"$$x$$ and $\$5$ and $", r"$$x$$ and $\$5$ and \$"),
        (r"a \rho-net", "a rho-net"),
        (r"ends in \ ", "ends in  "),
        ("plain", "plain"),
    ],
)
def test_latex_becomes_unicode_and_formulas_stay(latex, text):
    assert from_latex(latex) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<i>E. coli</i> &amp; H<sub>2</sub>O", "E. coli & H2O"),
        ("<jats:p xml:lang='en'>x</jats:p>", "x"),
        ("<mml:math><mml:mi>α</mml:mi></mml:math>", "α"),
        ("&lt;i&gt;x&lt;/i&gt;", "x"),
        ("fair &#8221;weather&#x201d;", "fair ”weather”"),
        ("a < b > c, p<0.05, R&D; &lty", "a < b > c, p<0.05, R&D; &lty"),
        ("&amp;amp;lt;", "<"),
    ],
)
def test_html_of_print_goes_and_comparisons_stay(html, text):
    assert from_html(html) == text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Piotr DOLLÁR", "piotr dollar"),
        ("Straße Ørsted Łukasz", "strasse orsted lukasz"),
        ("ﬁne ℓ₁", "fine l1"),
        ("Йод", "иод"),
        ("が हिन्दी ไทย 한국어", "が हिन्दी ไทย 한국어"),
        ("İstanbul", "istanbul"),
    ],
)
def test_folding_drops_case_and_accents_and_keeps_scripts(text, folded):
    assert fold(text) == folded


def test_squeezing_keeps_no_control_character_and_no_half_surrogate():
    assert squeeze(" a\x00b\r\n\t c\ud800\x9f ") == "ab c"


@given(st.text())
def test_no_text_breaks_any_of_them(text):
    from_latex(text)
    from_html(text)
    assert fold(fold(text)) == fold(text)
    assert squeeze(squeeze(text)) == squeeze(text)


@pytest.mark.parametrize("piece", ["\\(", "$x", "\\x[", "{", "&amp;", "<i ", "\\'", "--"])
def test_a_long_hostile_text_is_read_to_its_end(piece):
    """Each took 16 s when its cost was the square of its length; now it is not noticed."""
    text = from_latex(from_html(piece * (100_000 // len(piece))))

    assert isinstance(text, str)
    assert len(text) <= 100_000
