"""Answers of LearnerService written by hand, with room for oddities."""

from tests.connectors.messages import envelope

MASTER, MERGED, THIRD = "3000000088", "3000000045", "3000000053"

LEARNER = """<Learner>
  <CreatedDate>2021-03-04</CreatedDate><LastUpdatedDate/>
  <ULN>{uln}</ULN><MasterSubstituted>{substituted}</MasterSubstituted><Title>Ms</Title>
  <GivenName>Siân &amp; Mae</GivenName><MiddleOtherName> Ffion  </MiddleOtherName>
  <FamilyName>O'Dowd-Fairley</FamilyName><PreferredGivenName i:nil="true"/>
  <PreviousFamilyName>Fairley</PreviousFamilyName><FamilyNameAtAge16>Fairley</FamilyNameAtAge16>
  <SchoolAtAge16>HARROWMERE HIGH SCHOOL</SchoolAtAge16>
  <LastKnownAddressLine1>1 Quay</LastKnownAddressLine1><LastKnownTown>Osterby</LastKnownTown>
  <LastKnownPostCode>NF1 1AA</LastKnownPostCode><DateOfBirth>{born}</DateOfBirth>
  <PlaceOfBirth>Wrenfold</PlaceOfBirth><Gender>{gender}</Gender><EmailAddress/>
  {linked}<Notes>private</Notes><VersionNumber>3</VersionNumber>
</Learner>"""


def learner(
    uln: str = MASTER,
    *,
    substituted: str = "",
    born: str = "2007-02-28",
    gender: str = "2",
    merged: tuple[str, ...] = (),
) -> str:
    linked = "".join(f"<ULN>{one}</ULN>" for one in merged)
    if merged:
        linked = f'<l:LinkedULNs xmlns:l="http://api.lrs.miap.gov.uk/learner">{linked}</l:LinkedULNs>'
    return LEARNER.format(uln=uln, substituted=substituted, born=born, gender=gender, linked=linked)


def found(
    *learners: str, code: str = "<ResponseCode>WSRC0004</ResponseCode>", echo: str = "", prefix: str = "ns4"
) -> bytes:
    return envelope(
        f'<{prefix}:FindLearnerResponse xmlns:{prefix}="http://api.lrs.miap.gov.uk/findmsg" '
        f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance">{code}{echo}{"".join(learners)}'
        f"</{prefix}:FindLearnerResponse>"
    )


def verified(
    code: str = "WSVRC001", *, searched: str = MASTER, uln: str = MASTER, flags: tuple[str, ...] = (), more: str = ""
) -> bytes:
    marks = "".join(f"<FailureFlag>{flag}</FailureFlag>" for flag in flags)
    return envelope(
        '<VerifyLearnerResponse xmlns="http://api.lrs.miap.gov.uk/reportmsg"><VerifiedLearner xmlns="" '
        f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><SearchedULN>{searched}</SearchedULN>'
        f"<ResponseCode>{code}</ResponseCode><ULN>{uln}</ULN><FamilyName>Ng</FamilyName>{marks}{more}"
        "</VerifiedLearner></VerifyLearnerResponse>"
    )
