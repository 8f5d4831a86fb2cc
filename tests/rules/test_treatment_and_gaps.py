"""Expert tables: what was given, what rose, and what was not done (4.4, 4.20, 4.22-4.28)."""

from tests.testbed import INDEX, disagreements, evidence_of
from transforms.judging import judge
from transforms.rules import RULES


def test_mixed_iron_deficiency_and_inflammation() -> None:
    assert not disagreements(
        """
        case                | age | sex | hb  | ferritin | tsat | crp | stfr | assay | marrow_iron_grade | marrow_particles | dx     | verdict
        masked and anemic   | 50  | M   | 110 | 99       | 19   | 6   |      |       |                   |                  |        | probable
        not anemic          | 50  | M   | 140 | 99       | 19   | 6   |      |       |                   |                  |        | not_met
        anemia unknown      | 50  |     | 125 | 99       | 19   | 6   |      |       |                   |                  |        | indeterminate (sex)
        no CRP              | 50  | M   | 110 | 99       | 19   |     |      |       |                   |                  |        | indeterminate (crp)
        marrow empty        | 50  | M   | 110 | 99       | 19   | 6   |      |       | 0                 | 7                |        | confirmed
        marrow full         | 50  | M   | 110 | 99       | 19   | 6   |      |       | 2                 |                  |        | not_met
        TSAT missing, 69    | 50  | M   | 110 | 69       |      | 6   |      |       |                   |                  |        | possible
        sTfR index over 2   | 50  | M   | 110 | 150      | 30   | 6   | 5    | rd    |                   |                  |        | probable
        under five          | 4   | M   | 100 | 29       | 19   | 6   |      |       |                   |                  |        | probable
        """,
        "mixed_iron_deficiency_and_inflammation",
    )


def test_iron_treatment_nonresponse() -> None:
    assert not disagreements(
        """
        case                    | age | sex | hb                   | mcv | ferritin | tsat | rx               | proc      | followup | verdict
        no rise, 28 days        | 40  | F   | 100; 109@28          | 75  | 8        |      | B03AA@0:27       |           | 365      | confirmed
        27 days supplied        | 40  | F   | 100; 109@28          | 75  | 8        |      | B03AA@0:26       |           | 365      | probable
        no end: 30 days         | 40  | F   | 100; 109@28          | 75  | 8        |      | B03AA@0          |           | 365      | confirmed
        rise of 10              | 40  | F   | 100; 110@28          | 75  | 8        |      | B03AA@0          |           | 365      | not_met
        rise on day 14          | 40  | F   | 100; 110@14; 105@30  | 75  | 8        |      | B03AA@0          |           | 365      | not_met
        rise on day 13          | 40  | F   | 100; 110@13; 105@30  | 75  | 8        |      | B03AA@0          |           | 365      | confirmed
        rise on day 90          | 40  | F   | 100; 105@30; 110@90  | 75  | 8        |      | B03AA@0          |           | 365      | not_met
        rise on day 91          | 40  | F   | 100; 105@30; 110@91  | 75  | 8        |      | B03AA@0          |           | 365      | confirmed
        reached the cut-off     | 40  | F   | 115; 120@30          | 75  | 8        |      | B03AA@0          |           | 365      | not_met
        never rechecked         | 40  | F   | 100                  | 75  | 8        |      | B03AA@0          |           | 365      | indeterminate (hb_followup_28_56d)
        rechecked on day 27     | 40  | F   | 100; 105@27          | 75  | 8        |      | B03AA@0          |           | 365      | indeterminate (hb_followup_28_56d)
        rechecked on day 56     | 40  | F   | 100; 105@56          | 75  | 8        |      | B03AA@0          |           | 365      | confirmed
        rechecked on day 57     | 40  | F   | 100; 105@57          | 75  | 8        |      | B03AA@0          |           | 365      | indeterminate (hb_followup_28_56d)
        transfused on day 56    | 40  | F   | 100; 105@30          | 75  | 8        |      | B03AA@0          | 36430@56  | 365      | indeterminate (hb(transfused))
        answer below a limit    | 40  | F   | 100; <115@30         | 75  | 8        |      | B03AA@0          |           | 365      | indeterminate (hb(censored))
        under a limit too low   | 40  | F   | 100; <110@30         | 75  | 8        |      | B03AA@0          |           | 365      | confirmed
        under the cut-off, <10  | 40  | F   | 110.1; <120@30       | 75  | 8        |      | B03AA@0          |           | 365      | confirmed
        transfused on day 57    | 40  | F   | 100; 105@30          | 75  | 8        |      | B03AA@0          | 36430@57  | 365      | confirmed
        started 7 days before   | 40  | F   | 100; 105@30          | 75  | 8        |      | B03AA@-7         |           | 365      | confirmed
        started 8 days before   | 40  | F   | 100; 105@30          | 75  | 8        |      | B03AA@-8         |           | 365      | not_applicable
        started on day 90       | 40  | F   | 100; 105@120         | 75  | 8        |      | B03AA@90         |           | 365      | confirmed
        started on day 91       | 40  | F   | 100; 105@120         | 75  | 8        |      | B03AA@91         |           | 365      | not_applicable
        intravenous only        | 40  | F   | 100; 105@30          | 75  | 8        |      | B03AC@0          |           | 365      | not_applicable
        presumed                | 40  | F   | 100; 105@30          | 75  |          |      | B03AA@0          |           | 365      | possible
        IRIDA pattern           | 40  | F   | 100; 105@30          | 75  | 90       | 15.9 | B03AA@0          |           | 365      | possible
        TSAT 16                 | 40  | F   | 100; 105@30          | 75  | 90       | 16   | B03AA@0          |           | 365      | not_met
        no MCV, no ferritin     | 40  | F   | 100; 105@30          |     |          |      | B03AA@0          |           | 365      | not_met
        no TSAT, ferritin 90    | 40  | F   | 100; 105@30          | 75  | 90       |      | B03AA@0          |           | 365      | not_met
        no MCV, ferritin 8      | 40  | F   | 100; 105@30          |     | 8        |      | B03AA@0          |           | 365      | confirmed
        normocytic, no ferritin | 40  | F   | 100; 105@30          | 85  |          |      | B03AA@0          |           | 365      | not_met
        not anemic              | 40  | F   | 120; 121@30          | 75  | 8        |      | B03AA@0          |           | 365      | not_met
        """,
        "iron_treatment_nonresponse",
    )


def test_gap_iron_treated_without_iron_studies() -> None:
    assert not disagreements(
        """
        case                  | age | sex | hb  | ferritin | iron | tibc   | pregnant | rx        | followup | verdict
        iron without studies  | 40  | F   | 100 |          |      |        |          | B03AC@0   | 7        | confirmed
        followed 6 days       | 40  | F   | 100 |          |      |        |          | B03AA@0   | 6        | indeterminate (followup)
        started on day 90     | 40  | F   | 100 |          |      |        |          | B03AA@90  | 97       | confirmed
        started on day 91     | 40  | F   | 100 |          |      |        |          | B03AA@91  | 97       | not_applicable
        ferritin 180 before   | 40  | F   | 100 | 8@-170   |      |        |          | B03AA@10  | 97       | not_met
        ferritin 181 before   | 40  | F   | 100 | 8@-171   |      |        |          | B03AA@10  | 97       | confirmed
        ferritin 7 after      | 40  | F   | 100 | 8@17     |      |        |          | B03AA@10  | 10       | not_met
        ferritin 8 after      | 40  | F   | 100 | 8@18     |      |        |          | B03AA@10  | 97       | confirmed
        serum iron alone      | 40  | F   | 100 |          | 5    |        |          | B03AA@0   | 97       | confirmed
        iron and TIBC         | 40  | F   | 100 |          | 5    | 70     |          | B03AA@0   | 97       | not_met
        pregnant              | 30  | F   | 100 |          |      |        | 1        | B03AA@0   | 97       | not_met
        not anemic            | 40  | F   | 120 |          |      |        |          | B03AA@0   | 97       | not_met
        no iron               | 40  | F   | 100 |          |      |        |          |           | 97       | not_applicable
        """,
        "gap_iron_treated_without_iron_studies",
    )


def test_gap_iron_deficiency_anemia_without_gi_evaluation() -> None:
    assert not disagreements(
        """
        case                 | age | sex | hb  | ferritin | pregnant | dx        | proc                  | observed      | followup | verdict
        man of 18            | 18  | M   | 100 | 8        |          |           |                       |               | 180      | confirmed
        boy of 17            | 17  | M   | 100 | 8        |          |           |                       |               | 180      | not_applicable
        woman of 49          | 49  | F   | 100 | 8        |          |           |                       |               | 180      | not_met
        woman of 50          | 50  | F   | 100 | 8        |          |           |                       |               | 180      | confirmed
        sex unknown, 50      | 50  |     | 100 | 8        |          |           |                       |               | 180      | confirmed
        sex unknown, 49      | 49  |     | 100 | 8        |          |           |                       |               | 180      | not_met
        followed 179 days    | 60  | M   | 100 | 8        |          |           |                       |               | 179      | indeterminate (followup)
        procedures unseen    | 60  | M   | 100 | 8        |          |           |                       | lab dx rx enc | 180      | indeterminate (domain:proc)
        both ends            | 60  | M   | 100 | 8        |          |           | 43239@-365; 45378@180 |               | 180      | not_met
        both, followed short | 60  | M   | 100 | 8        |          |           | 43239@-9; 45378@9     |               | 20       | not_met
        one end              | 60  | M   | 100 | 8        |          |           | 43239@9               |               | 180      | probable
        one a year and a day | 60  | M   | 100 | 8        |          |           | 43239@-366            |               | 180      | confirmed
        palliative           | 60  | M   | 100 | 8        |          | Z51.5@180 |                       |               | 180      | not_met
        diagnoses unseen     | 60  | M   | 100 | 8        |          |           |                       | lab rx proc enc | 180    | confirmed
        pregnant             | 51  | F   | 100 | 8        | 1        |           |                       |               | 180      | not_met
        possible only        | 60  | M   | 100 | 45       |          |           |                       |               | 180      | not_applicable
        """,
        "gap_iron_deficiency_anemia_without_gi_evaluation",
    )


def test_gap_cytopenias_without_hematology_contact() -> None:
    assert not disagreements(
        """
        case                   | age | sex | hb  | anc | plt | wbc | dx      | rx      | enc            | observed       | followup | verdict
        three lines            | 50  | M   | 100 | 1   | 100 | 3   |         |         |                |                | 30       | confirmed
        three, 29 days         | 50  | M   | 100 | 1   | 100 | 3   |         |         |                |                | 29       | indeterminate (followup)
        three, seen day 30     | 50  | M   | 100 | 1   | 100 | 3   |         |         | hematology@30  |                | 30       | not_met
        three, seen day 31     | 50  | M   | 100 | 1   | 100 | 3   |         |         | hematology@31  |                | 90       | confirmed
        three, seen 90 before  | 50  | M   | 100 | 1   | 100 | 3   |         |         | hematology@-90 |                | 30       | not_met
        three, seen 91 before  | 50  | M   | 100 | 1   | 100 | 3   |         |         | hematology@-91 |                | 30       | confirmed
        two lines, 89 days     | 50  | M   | 100 | 3   | 100 | 5   |         |         |                |                | 89       | indeterminate (followup)
        two lines, 90 days     | 50  | M   | 100 | 3   | 100 | 5   |         |         |                |                | 90       | confirmed
        two, seen day 90       | 50  | M   | 100 | 3   | 100 | 5   |         |         | 207RH0003X@90  |                | 90       | not_met
        two, seen in Britain   | 50  | M   | 100 | 3   | 100 | 5   |         |         | Clinical Haematology@90 |       | 90       | not_met
        other specialty        | 50  | M   | 100 | 3   | 100 | 5   |         |         | cardiology@9   |                | 90       | confirmed
        third line unknown     | 50  | M   | 100 |     | 100 | 3   |         |         |                |                | 30       | confirmed
        one line               | 50  | M   | 100 | 3   | 200 | 5   |         |         |                |                | 90       | not_met
        chemotherapy           | 50  | M   | 100 | 1   | 100 | 3   |         | L01@-9  |                |                | 90       | not_met
        known lymphoma         | 50  | M   | 100 | 1   | 100 | 3   | C83@-99 |         |                |                | 90       | not_met
        visits unseen          | 50  | M   | 100 | 1   | 100 | 3   |         |         |                | lab dx rx proc | 90       | indeterminate (domain:enc)
        drugs unseen           | 50  | M   | 100 | 1   | 100 | 3   |         |         |                | lab enc        | 90       | confirmed
        """,
        "gap_cytopenias_without_hematology_contact",
    )


def test_gap_ferritin_read_as_normal_while_inflamed() -> None:
    assert not disagreements(
        """
        case                 | age | sex | hb  | ferritin | tsat | crp | stfr  | chr   | marrow_iron_grade | dx        | rx         | observed        | followup | verdict
        TSAT low, 99         | 50  | M   | 110 | 99       | 19.9 | 6   |       |       |                   |           |            |                 | 90       | confirmed
        TSAT missing, 99     | 50  | M   | 110 | 99       |      | 6   |       |       |                   |           |            |                 | 90       | probable
        TSAT low, 100        | 50  | M   | 110 | 100      | 19.9 | 6   |       |       |                   |           |            |                 | 90       | possible
        TSAT missing, 299    | 50  | M   | 110 | 299      |      | 6   |       |       |                   |           |            |                 | 90       | indeterminate (tsat)
        TSAT 20              | 50  | M   | 110 | 99       | 20   | 6   |       |       |                   |           |            |                 | 90       | not_met
        ferritin 29          | 50  | M   | 110 | 29       | 10   | 6   |       |       |                   |           |            |                 | 90       | not_met
        ferritin 30          | 50  | M   | 110 | 30       | 10   | 6   |       |       |                   |           |            |                 | 90       | confirmed
        ferritin 300         | 50  | M   | 110 | 300      | 10   | 6   |       |       |                   |           |            |                 | 90       | not_met
        CRP 5                | 50  | M   | 110 | 99       | 10   | 5   |       |       |                   |           |            |                 | 90       | not_met
        CRP below 10         | 50  | M   | 110 | 99       | 10   | <10 |       |       |                   |           |            |                 | 90       | indeterminate (crp(censored))
        no CRP               | 50  | M   | 110 | 99       | 10   |     |       |       |                   |           |            |                 | 90       | indeterminate (crp)
        no CRP, no TSAT      | 50  | M   | 110 | 99       |      |     |       |       |                   |           |            |                 | 90       | indeterminate (crp)
        not anemic           | 50  | M   | 140 | 99       | 10   | 6   |       |       |                   |           |            |                 | 90       | not_met
        sTfR on day 90       | 50  | M   | 110 | 99       | 10   | 6   | 3@90  |       |                   |           |            |                 | 90       | not_met
        sTfR on day 91       | 50  | M   | 110 | 99       | 10   | 6   | 3@91  |       |                   |           |            |                 | 90       | confirmed
        Ret-He 30 before     | 50  | M   | 110 | 99       | 10   | 6   |       | 28@-30 |                  |           |            |                 | 20       | not_met
        Ret-He 31 before     | 50  | M   | 110 | 99       | 10   | 6   |       | 28@-31 |                  |           |            |                 | 90       | confirmed
        marrow iron          | 50  | M   | 110 | 99       | 10   | 6   |       |       | 1@180             |           |            |                 | 20       | not_met
        coded on day 90      | 50  | M   | 110 | 99       | 10   | 6   |       |       |                   | D50.9@90  |            |                 | 90       | not_met
        E61.1 on the day     | 50  | M   | 110 | 99       | 10   | 6   |       |       |                   | E61.1@0   |            |                 | 9        | not_met
        coded the day before | 50  | M   | 110 | 99       | 10   | 6   |       |       |                   | D50.9@-1:-1 |          |                 | 90       | confirmed
        iron on day 90       | 50  | M   | 110 | 99       | 10   | 6   |       |       |                   |           | B03AC@90   |                 | 90       | not_met
        iron 31 days before  | 50  | M   | 110 | 99       | 10   | 6   |       |       |                   |           | B03AA@-99:-31 |              | 90       | confirmed
        followed 89 days     | 50  | M   | 110 | 99       | 10   | 6   |       |       |                   |           |            |                 | 89       | indeterminate (followup)
        drugs unseen         | 50  | M   | 110 | 99       | 10   | 6   |       |       |                   |           |            | lab dx proc enc | 90       | indeterminate (domain:rx)
        """,
        "gap_ferritin_read_as_normal_while_inflamed",
    )


def test_gap_anemia_without_reticulocytes() -> None:
    assert not disagreements(
        """
        case                     | age | sex | hb  | elevation | pregnant | retic_pct | retic_abs | rpi  | followup | verdict
        man, 109                 | 40  | M   | 109 |           |          |           |           |      | 90       | confirmed
        man, 110                 | 40  | M   | 110 |           |          |           |           |      | 90       | not_met
        high up                  | 40  | M   | 118 | 1200      |          |           |           |      | 90       | not_met
        higher up                | 40  | M   | 117 | 1200      |          |           |           |      | 90       | confirmed
        infant 94                | 1   | M   | 94  |           |          |           |           |      | 90       | confirmed
        infant 95                | 1   | M   | 95  |           |          |           |           |      | 90       | not_met
        child of three, 99       | 3   | M   | 99  |           |          |           |           |      | 90       | confirmed
        child of three, 100      | 3   | M   | 100 |           |          |           |           |      | 90       | not_met
        second trimester 95      | 30  | F   | 95  |           | 2        |           |           |      | 90       | not_met
        third trimester 99       | 30  | F   | 99  |           | 3        |           |           |      | 90       | confirmed
        trimester unknown 97     | 30  | F   | 97  |           | ?        |           |           |      | 90       | not_met
        followed 89 days         | 40  | M   | 100 |           |          |           |           |      | 89       | indeterminate (followup)
        reticulocytes on day 90  | 40  | M   | 100 |           |          | 1@90      |           |      | 90       | not_met
        reticulocytes on day 91  | 40  | M   | 100 |           |          | 1@91      |           |      | 91       | confirmed
        count 30 days before     | 40  | M   | 100 |           |          |           | 50@-30    |      | 9        | not_met
        count 31 days before     | 40  | M   | 100 |           |          |           | 50@-31    |      | 90       | confirmed
        index reported           | 40  | M   | 100 |           |          |           |           | 1@3  | 9        | not_met
        """,
        "gap_anemia_without_reticulocytes",
    )


def test_moderate_anemia_in_a_trimester_that_is_not_known() -> None:
    """Every admissible limit is asked, 95 and 100 g/L (RULES.md 3.1)."""
    hemoglobins = ("94.9", "95", "99.9", "100")
    cases = [{"case": hb, "age": "30", "sex": "F", "pregnant": "?", "hb": hb} for hb in hemoglobins]
    judged = judge(evidence_of(cases), RULES).verdicts.filter(index_collected_at=INDEX)
    verdicts = dict(judged.select("patient_id", "moderate_anemia").rows())
    assert [verdicts[hb] for hb in hemoglobins] == [True, None, None, False]


def test_gap_iron_treated_without_hemoglobin_recheck() -> None:
    assert not disagreements(
        """
        case               | age | sex | hb         | pregnant | rx       | followup | verdict
        never again        | 40  | F   | 100        |          | B03AA@0  | 56       | confirmed
        followed 55 days   | 40  | F   | 100        |          | B03AA@0  | 55       | indeterminate (followup)
        on day 14          | 40  | F   | 100; 99@14 |          | B03AA@0  | 20       | not_met
        on day 13          | 40  | F   | 100; 99@13 |          | B03AA@0  | 56       | confirmed
        on day 56          | 40  | F   | 100; 99@66 |          | B03AC@10 | 66       | not_met
        on day 57          | 40  | F   | 100; 99@67 |          | B03AC@10 | 67       | confirmed
        pregnant           | 30  | F   | 100        | 3        | B03AA@0  | 56       | not_met
        not anemic         | 40  | F   | 120        |          | B03AA@0  | 56       | not_met
        no iron            | 40  | F   | 100        |          |          | 56       | not_applicable
        """,
        "gap_iron_treated_without_hemoglobin_recheck",
    )


def test_gap_iron_deficiency_label_unsupported() -> None:
    assert not disagreements(
        """
        case                     | age | sex | hb  | ferritin | tsat | crp | dx          | rx            | observed    | verdict
        coded                    | 50  | M   | 110 | 100      | 20   |     | D50.9@-30   |               |             | confirmed
        coded 31 days before     | 50  | M   | 110 | 100      | 20   |     | D50.9@-31   |               |             | not_applicable
        coded on day 90          | 50  | M   | 110 | 100      | 20   |     | D50.9@90    |               |             | confirmed
        E61.1 is no such label   | 50  | M   | 110 | 100      | 20   |     | E61.1@0     |               |             | not_applicable
        iron started             | 50  | M   | 110 | 100      | 20   |     |             | B03AA@0       |             | confirmed
        TSAT 19.9                | 50  | M   | 110 | 100      | 19.9 |     | D50.9@0     |               |             | not_met
        ferritin low             | 50  | M   | 110 | 44       | 20   | 1   | D50.9@0     |               |             | not_met
        no ferritin              | 50  | M   | 110 |          | 25   |     | D50.9@0     |               |             | indeterminate (ferritin)
        iron 8 days before       | 50  | M   | 110 | 100      | 20   |     | D50.9@0     | B03AA@-8:-8   |             | indeterminate (ferritin_post_iron)
        iron 7 days before       | 50  | M   | 110 | 100      | 20   |     |             | B03AA@-7:-7   |             | confirmed
        iron 365 days before     | 50  | M   | 110 | 100      | 20   |     | D50.9@0     | B03AA@-365:-365 |           | indeterminate (ferritin_post_iron)
        iron 366 days before     | 50  | M   | 110 | 100      | 20   |     | D50.9@0     | B03AA@-366:-366 |           | confirmed
        low ferritin after iron  | 50  | M   | 110 | 20       | 20   |     | D50.9@0     | B03AA@-30     |             | not_met
        not anemic               | 50  | M   | 140 | 100      | 20   |     | D50.9@0     |               |             | not_met
        nothing said             | 50  | M   | 110 | 100      | 20   |     |             |               |             | not_applicable
        nothing observed         | 50  | M   | 110 | 100      | 20   |     |             |               | lab         | not_applicable
        """,
        "gap_iron_deficiency_label_unsupported",
    )
