"""The causes of sync errors in the few words of a tag or a cell; panes and banners say the rest."""

from collections.abc import Mapping

SHORT: Mapping[str, str] = {
    "SE-01": "LMS not reached",
    "SE-02": "Certificate not trusted",
    "SE-03": "Token not accepted",
    "SE-04": "Refused by the LMS",
    "SE-05": "LMS under maintenance",
    "SE-06": "LMS asked too much",
    "SE-07": "Not the LMS that answers",
    "SE-08": "Another address",
    "SE-09": "Web services off",
    "SE-10": "Course gone",
    "SE-11": "Course out of reach",
    "SE-12": "Grades out of reach",
    "SE-13": "Groups limit the answer",
    "SE-14": "Gradebook slow",
    "SE-15": "Gradebook empty",
    "SE-16": "Many missing at once",
    "SE-17": "Data left out",
    "SE-18": "Column switched off",
    "SE-19": "Unknown reason",
    "SE-20": "No LMS account",
    "SE-21": "Not in the gradebook",
    "SE-22": "Account made anew",
    "SE-23": "Account clash",
    "SE-24": "Course removed",
    "SE-25": "Grade is no number",
}
