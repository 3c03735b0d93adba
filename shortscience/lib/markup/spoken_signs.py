"""How single signs of formulas are read aloud, in English."""

import unicodedata


def _table(lines: str) -> dict[str, str]:
    """Return {sign: words} of lines that begin with a sign."""
    pairs = (line.split(None, 1) for line in lines.strip().splitlines())
    return {sign: words.strip() for sign, words in pairs}


# Signs whose name in Unicode is not what a lecturer says.
_SAID = _table(
    r"""
    + plus
    − minus
    - minus
    ± plus or minus
    ∓ minus or plus
    × times
    · times
    ⋅ times
    ∗ star
    * star
    ⋆ star
    / over
    ÷ divided by
    ∖ without
    \ without
    ∘ composed with
    = equals
    ≠ is not equal to
    ≈ is approximately
    ≃ is similar to
    ≡ is equivalent to
    ∼ is distributed as
    ~ is distributed as
    ≅ is congruent to
    ∝ is proportional to
    ≜ is defined as
    ≐ approaches
    < is less than
    > is greater than
    ≤ is at most
    ≥ is at least
    ⩽ is at most
    ⩾ is at least
    ≦ is at most
    ≧ is at least
    ≪ is much less than
    ≫ is much greater than
    ≲ is about at most
    ≳ is about at least
    ≺ precedes
    ≻ succeeds
    ⪯ precedes or equals
    ⪰ succeeds or equals
    ≮ is not less than
    ≯ is not greater than
    : colon
    ≔ is defined as
    := is defined as
    ! factorial
    ? ?
    , ,
    ; ;
    . .
    … and so on
    ⋯ and so on
    ⋮ and so on
    ⋱ and so on
    ... and so on
    ∞ infinity
    ∅ the empty set
    ∈ in
    ∉ not in
    ∋ contains
    ⊂ is a subset of
    ⊃ is a superset of
    ⊆ is a subset of or equals
    ⊇ is a superset of or equals
    ⊄ no subset of
    ∪ union
    ∩ intersection
    ⊔ disjoint union
    ⊎ disjoint union
    ∀ for all
    ∃ there is
    ∄ there is no
    ¬ not
    ∧ and
    ∨ or
    ⊕ circled plus
    ⊗ circled times
    ⊙ circled dot
    ⊖ circled minus
    → to
    ⟶ to
    ← from
    ⟵ from
    ↦ maps to
    ⟼ maps to
    ⇒ implies
    ⟹ implies
    ⇐ follows from
    ⟸ follows from
    ⇔ if and only if
    ⟺ if and only if
    ↔ if and only if
    ↑ up
    ↓ down
    ↪ embeds in
    ↠ maps onto
    ⇝ leads to
    ⇀ tends weakly to
    ∂ partial
    𝜕 partial
    ∇ nabla
    Δ delta
    ∆ delta
    ℓ ell
    ℏ h bar
    √ square root
    ∥ parallel to
    ⊥ perpendicular to
    ∣ given
    ∤ does not divide
    ⊢ proves
    ⊨ models
    ∴ therefore
    ∵ because
    ⊤ top
    □ box
    ■ end of proof
    % percent
    & and
    # number
    @ at
    ' prime
    ′ prime
    ″ double prime
    ‴ triple prime
    ° degrees
    † dagger
    ‡ double dagger
    ♯ sharp
    ♮ natural
    ( open paren
    ) close paren
    [ open bracket
    ] close bracket
    { open brace
    } close brace
    ⟨ open angle
    ⟩ close angle
    ⌊ floor of
    ⌋ end floor
    ⌈ ceiling of
    ⌉ end ceiling
    | bar
    ‖ double bar
    ∫ integral
    ∬ double integral
    ∮ contour integral
    ∭ triple integral
    ∑ sum
    ∏ product
    ∐ coproduct
    ⋃ union
    ⋂ intersection
    ⨁ direct sum
    ⨂ tensor product
    ⋀ conjunction
    ⋁ disjunction
    ⨆ disjoint union
    ℘ p
    ı i
    ȷ j
    ƛ lambda
    ε epsilon
    λ lambda
    Λ cap lambda
    ϵ epsilon
    ϕ phi
    φ phi
    ϑ theta
    ϱ rho
    ϖ pi
    ς sigma
    ϰ kappa
    ħ h bar
    ℜ real part
    ℑ imaginary part
    ℕ the natural numbers
    ℤ the integers
    ℚ the rationals
    ℝ the reals
    ℂ the complex numbers
    ℵ aleph
    ℧ mho
    € euro
    $ dollar
    £ pound
    """
)

# What stands over or under a letter.
ACCENTS = _table(
    """
    ˆ hat
    ^ hat
    ̂ hat
    ˜ tilde
    ~ tilde
    ̃ tilde
    ¯ bar
    ‾ bar
    ̅ bar
    _ bar
    ̲ bar
    → vector
    ⃗ vector
    ˙ dot
    ̇ dot
    ¨ double dot
    ̈ double dot
    ˇ check
    ̌ check
    ˘ breve
    ´ acute
    ` grave
    ˚ ring
    ⏞ under a brace
    ⏟ over a brace
    ⏜ under an arc
    ⏝ over an arc
    ∘ ring
    ⃛ triple dot
    ← left vector
    ↔ double vector
    ⇀ vector
    ⎴ under a bracket
    ⎵ over a bracket
    """
)

# Invisible: function application, times, separators, joiners, variation selectors.
_SILENT = frozenset("\u2061\u2062\u2063\u2064\u200b\u2060\ufe00\ufe01\u00a0 ")

# Words that a Unicode name uses for a style of letter, and what is said for it.
_STYLES = {
    "BOLD": "bold",
    "SCRIPT": "script",
    "FRAKTUR": "fraktur",
    "BLACK-LETTER": "fraktur",
    "DOUBLE-STRUCK": "blackboard",
}


def said(text: str) -> str:
    """Return the words for what one element of a formula holds: a sign, a letter or a name."""
    text = "".join(sign for sign in text.strip() if sign not in _SILENT)
    if not text or text in _SAID:
        return _SAID.get(text, "")
    if len(text) == 1:
        return _one(text)
    # A name is read as it stands; styled letters in it are read as letters.
    plain = unicodedata.normalize("NFKC", text)
    return (
        plain if plain.isascii() and plain.isalnum() else " ".join(filter(None, map(said, plain)))
    )


def _one(sign: str) -> str:
    plain = unicodedata.normalize("NFKC", sign)
    styles = [_STYLES[word] for word in unicodedata.name(sign, "").split() if word in _STYLES]
    if plain != sign and len(plain) == 1:
        return " ".join([*styles, said(plain)])
    if sign.isascii():
        return f"cap {sign}" if sign.isupper() else sign
    return _letter_or_name(sign)


def _letter_or_name(sign: str) -> str:
    """Return "omega", "cap omega", or the sign's own name where nothing better is known."""
    words = unicodedata.name(sign, "sign").lower().split()
    if "letter" in words:
        # A final part such as "with tonos" is left out: formulas have no such letters.
        name = " ".join(words[words.index("letter") + 1 :][:1])
        return f"cap {name}" if "capital" in words else name
    return " ".join(word for word in words if word not in ("sign", "symbol", "operator"))
