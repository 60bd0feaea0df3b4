"""Answers written by hand: the shapes of lrs.md 12, with room for oddities."""

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
ULN = "3000000029"
OTHER_ULN = "3000000037"

EVENT = """<a:LearningEvent>
  <a:AchievementAwardDate>2023-08-24</a:AchievementAwardDate>
  <a:AchievementProviderName>HARROWMERE HIGH SCHOOL</a:AchievementProviderName>
  <a:AchievementProviderUkprn>19990001</a:AchievementProviderUkprn>
  <a:AwardingOrganisationName>Northgate &amp; Sons</a:AwardingOrganisationName>
  <a:AwardingOrganisationUkprn>190077</a:AwardingOrganisationUkprn>
  <a:CollectionType>A</a:CollectionType>
  <a:Credits>0</a:Credits>
  <a:DateLoaded>2024-01-16 06:12:40</a:DateLoaded>
  <a:Grade> 9999999999 </a:Grade>
  <a:ID>700311</a:ID>
  <a:LanguageForAssessment>English</a:LanguageForAssessment>
  <a:Level i:nil="true"/>
  <a:ParticipationEndDate/>
  <a:ParticipationStartDate>2022-09-01</a:ParticipationStartDate>
  <a:QualificationType>GCSE (9 to 1)</a:QualificationType>
  <a:Restriction>0</a:Restriction>
  <a:ReturnNumber>01</a:ReturnNumber>
  <a:Source>NPD</a:Source>
  <a:Status>F</a:Status>
  <a:Subject>GCSE in Reading,  Writing</a:Subject>
  <a:SubjectCode>60344712</a:SubjectCode>
  <a:UnderDataChallenge>N</a:UnderDataChallenge>
</a:LearningEvent>"""


def record(*events: str) -> str:
    return f"<a:LearnerRecord>{''.join(events)}</a:LearnerRecord>"


def result(code: str = "WSRC0004", found: str = ULN, incoming: str = ULN, rest: str = record(EVENT)) -> str:
    return (
        f"<a:ResponseCode>{code}</a:ResponseCode><a:FoundULN>{found}</a:FoundULN>"
        f"<a:IncomingULN>{incoming}</a:IncomingULN>{rest}"
    )


def answer(inside: str | None = None, *, soap: str = SOAP11) -> bytes:
    inside = result() if inside is None else inside
    return envelope(
        '<GetLearnerLearningEventsResponse xmlns="http://tempuri.org/"><GetLearnerLearningEventsResult '
        'xmlns:a="http://api.lrs.qcf.gov.uk/model" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        f"{inside}</GetLearnerLearningEventsResult></GetLearnerLearningEventsResponse>",
        soap=soap,
    )


def envelope(inside: str, *, soap: str = SOAP11) -> bytes:
    return f'<s:Envelope xmlns:s="{soap}"><s:Body>{inside}</s:Body></s:Envelope>'.encode()


def fault(detail: str = "", faultstring: str = "uk.gov.miap.lrs.api.exceptions.MIAPAPIException") -> bytes:
    return envelope(
        f"<s:Fault><faultcode>s:Server</faultcode><faultstring>{faultstring}</faultstring>{detail}</s:Fault>"
    )


def miap(code: str, description: str = "", further: str = "", *, qualified: bool = False, prefix: str = "e") -> str:
    p = f"{prefix}:" if qualified else ""
    return (
        f'<detail><{prefix}:MIAPAPIException xmlns:{prefix}="http://api.lrs.miap.gov.uk/exceptions">'
        f"<{p}ErrorCode>{code}</{p}ErrorCode><{p}ErrorActor>actor</{p}ErrorActor>"
        f"<{p}Description>{description}</{p}Description><{p}FurtherDetails>{further}</{p}FurtherDetails>"
        f"<{p}ErrorTimestamp>2025-09-11 10:02:33</{p}ErrorTimestamp></{prefix}:MIAPAPIException></detail>"
    )


def domain(code: str, detail: str = '<ErrorDetail i:nil="true"/>') -> str:
    return (
        '<detail><DomainFault xmlns="http://api.lrs.qcf.gov.uk/faults" '
        f'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><ErrorCode>{code}</ErrorCode>{detail}</DomainFault>'
        "</detail>"
    )
