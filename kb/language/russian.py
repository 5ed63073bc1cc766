"""Spell Russian typed in Latin letters back in Cyrillic, near enough for a stemmer."""

from __future__ import annotations

import re
from typing import Final

# In order: endings first, where Latin spelling loses most, then clusters, then letters.
_RULES: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"(?<=[bcdfghjklmnprstvxz]a)t'?s(?:ya|ia|ja)(?!\w)|(?<=i)t'?s(?:ya|ia|ja)(?!\w)", "ться"),
        (r"t'?s(?:ya|ia|ja)(?!\w)", "тся"),
        (r"s(?:ya|ia|ja)(?!\w)", "ся"),
        (r"(?<=[ljvnzshgpb]a)t(?![\w'])|(?<=[oi]ta)t(?![\w'])|(?<=[zn]ya)t(?![\w'])", "ть"),
        (r"(?<=[aeiouy]l[aoi])s'?(?!\w)", "сь"),
        (r"shch|shh|sch(?!o)", "щ"),
        (r"(?<!\w)ja(?!\w)", "я"),
        (r"(?<=[a-z])j(?=[au](?!\w))", "y"),
        (r"(?<=[aoiy])j(?!\w)|(?<=[oiy])ij(?!\w)", "й"),
        (r"iia|(?<=[a-z]{4})(?<![aeouy])ia(?!\w)", "ия"),
        (r"ia(?!\w)|(?<=[aeou])ia", "я"),
        (r"iiu", "ию"),
        (r"(?<=[aeoiu])iu", "ю"),
        (r"(?<=[aeoiyu])(?:y|i(?!t(?!\w)))(?![aeiouy])", "й"),
        (r"(?<=a)yo", "йо"),
        (r"yo", "ё"),
        (r"yu", "ю"),
        (r"ya", "я"),
        (r"ye", "е"),
        (r"zh|j", "ж"),
        (r"kh", "х"),
        (r"ch", "ч"),
        (r"sh", "ш"),
        (r"t[sz]", "ц"),
    )
)
_LETTERS: Final = str.maketrans("abvgdeziklmnoprstufhcyqwx'", "абвгдезиклмнопрстуфхцыкшхь")


def cyrillic(text: str) -> str:
    """Spell lower-case Latin `text` in Cyrillic: `prikrepitsya` -> `прикрепиться`; other letters stay."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.translate(_LETTERS)
