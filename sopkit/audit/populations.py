"""Which rule looks at what: for each rule that decides a control, the places that it judges, for the evidence of an audit.

The places are found with the same words that the rules use; the tests hold every finding of a rule against them. A rule that
has no entry here shows nothing, and a control that it decides is never shown as kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sopkit.audit import populations_asking as asking
from sopkit.audit import populations_content as content
from sopkit.audit import populations_data as data
from sopkit.audit import populations_uses as uses
from sopkit.audit.places import Population

LOOKS_AT: Final[Mapping[str, Population]] = MappingProxyType(
    {
        "contact-without-consent": uses.ON_CONSENT,
        "use-beyond-consent": uses.ON_CONSENT,
        "contact-after-withdrawal": uses.ON_CONSENT,
        "stale-consent": uses.ON_CONSENT,
        "unfit-basis": uses.WITH_PURPOSE,
        "late-withdrawal": uses.RELIED_ON,
        "asked-again-too-soon": asking.ASKING,
        "sensitive-data-without-separate-consent": data.SENSITIVE,
        "resent-by-another-way": uses.MARKETING_CONTACTS,
        "collection-without-notice": uses.COLLECTING,
        "incomplete-notice": uses.NOTICES,
        "bundled-consent": asking.CONSENTS,
        "service-tied-to-consent": uses.SERVICES,
        "consent-without-record": asking.CAPTURES,
        "sms-consent-without-proof": asking.SMS_CAPTURES,
        "email-without-opt-in": uses.EMAILS,
        "hard-withdrawal": asking.COUNTED,
        "personalisation-without-refusal": content.PERSONALISED,
        "unused-field": data.COLLECTED,
        "field-without-purpose": data.COLLECTED,
        "needless-field-in-sync": data.CARRIED,
        "field-without-category": data.DATA,
        "unknown-category": data.DATA,
        "field-without-retention": data.DATA,
        "never-erased": data.KEPT,
        "sensitive-data-without-reason": data.SENSITIVE,
        "sensitive-data-without-protection": data.SENSITIVE,
        "children-without-guardian": data.CHILDREN,
        "automated-marketing-to-minors": content.AUTOMATED,
        "minors-data-without-audit": data.CHILDREN,
        "sharing-without-consent": data.SHARED,
        "processor-without-contract": data.PROCESSORS,
        "tool-without-relation": data.TOOLS,
        "published-without-consent": content.PUBLIC,
        "transfer-without-route": data.ABROAD,
        "transfer-without-consent": data.SENT_ABROAD,
        "transfer-route-too-light": data.VOLUMES,
        "unlabelled-advertising": content.MARKETING,
        "anonymous-message": content.DIRECT,
        "absolute-term": content.WORDS,
        "medical-claim": content.WORDS,
        "unlabelled-ai-content": content.AI_WRITTEN,
        "rewarded-external-link": content.REWARDING,
        "prize-above-limit": content.DRAWS,
        "prize-without-value": content.DRAWS,
        "discount-without-baseline": content.DISCOUNTS,
        "draw-without-terms": content.DRAWS,
        "price-by-segment": content.FORKS,
        "processing-without-assessment": data.ASSESSABLE,
        "missing-policy": data.PAPERS,
        "pop-up-without-rule": content.POP_UPS,
    }
)
"""Name of a rule → what it looks at."""

PROVED_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "contact-without-consent": "contact-without-consent",
        "use-beyond-consent": "contact-without-consent",
        "contact-after-withdrawal": "contact-without-consent",
        "stale-consent": "contact-without-consent",
        "late-withdrawal": "late-withdrawal",
        "sensitive-data-without-separate-consent": "contact-without-consent",
    }
)
"""Name of a rule of an analysis → the rule whose proof says that the analysis came to its end; without that nothing is shown."""
