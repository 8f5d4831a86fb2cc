"""Expert tables: iron deficiency with and without anemia, and proven in the marrow. A blank was never measured."""

from tests.testbed import disagreements


def test_iron_deficiency_anemia() -> None:
    assert not disagreements(
        """
        case                        | age  | sex | pregnant | elevation | hb   | ferritin | tsat | tibc | marrow_iron_grade | marrow_particles | verdict
        woman at 120                | 30   | F   |          |           | 120  | 8        |      |      |                   |                  | not_met
        woman below 120             | 30   | F   |          |           | 119.9| 8        |      |      |                   |                  | confirmed
        man at 130                  | 40   | M   |          |           | 130  | 8        |      |      |                   |                  | not_met
        man below 130               | 40   | M   |          |           | 129.9| 8        |      |      |                   |                  | confirmed
        infant at 105               | 1    | F   |          |           | 105  | 8        |      |      |                   |                  | not_met
        infant below 105            | 1    | F   |          |           | 104.9| 8        |      |      |                   |                  | confirmed
        two years old               | 2    | F   |          |           | 109.9| 11.9     |      |      |                   |                  | confirmed
        two years old, ferritin 12  | 2    | F   |          |           | 109.9| 12       |      |      |                   |                  | possible
        two years old, ferritin 20  | 2    | F   |          |           | 109.9| 20       |      |      |                   |                  | not_met
        four years, at 110          | 4    | F   |          |           | 110  | 8        |      |      |                   |                  | not_met
        five years below 115        | 5    | M   |          |           | 114.9| 14.9     |      |      |                   |                  | confirmed
        five years at 115           | 5    | M   |          |           | 115  | 14.9     |      |      |                   |                  | not_met
        twelve years below 120      | 12   | M   |          |           | 119.9| 15       |      |      |                   |                  | probable
        four months                 | 0.33 | F   |          |           | 90   | 5        |      |      |                   |                  | not_applicable
        half a year                 | 0.5  | F   |          |           | 104  | 5        |      |      |                   |                  | confirmed
        ferritin 15                 | 30   | F   |          |           | 110  | 15       |      |      |                   |                  | probable
        ferritin 44.9               | 30   | F   |          |           | 110  | 44.9     |      |      |                   |                  | probable
        ferritin 45                 | 30   | F   |          |           | 110  | 45       |      |      |                   |                  | not_met
        ferritin 40 at 17 years     | 17   | F   |          |           | 110  | 40       |      |      |                   |                  | not_met
        ferritin 40 at 18 years     | 18   | F   |          |           | 110  | 40       |      |      |                   |                  | probable
        ferritin below 5            | 30   | F   |          |           | 110  | <5       |      |      |                   |                  | confirmed
        ferritin below 50           | 30   | F   |          |           | 110  | <50      |      |      |                   |                  | indeterminate (ferritin(censored))
        no ferritin                 | 30   | F   |          |           | 110  |          |      |      |                   |                  | indeterminate (ferritin)
        no ferritin, iron pattern   | 30   | F   |          |           | 110  |          | 15.9 | 72.1 |                   |                  | possible
        no ferritin, TSAT 16        | 30   | F   |          |           | 110  |          | 16   | 72.1 |                   |                  | indeterminate (ferritin)
        no ferritin, TIBC 72        | 30   | F   |          |           | 110  |          | 15.9 | 72   |                   |                  | indeterminate (ferritin)
        child, iron pattern         | 4    | F   |          |           | 100  |          | 15.9 | 72.1 |                   |                  | indeterminate (ferritin)
        no hemoglobin               | 30   | F   |          |           |      | 8        |      |      |                   |                  | indeterminate (hb)
        no hemoglobin, ferritin 80  | 30   | F   |          |           |      | 80       |      |      |                   |                  | not_met
        hemoglobin below 70         | 30   | F   |          |           | <70  | 8        |      |      |                   |                  | confirmed
        hemoglobin below 125        | 30   | F   |          |           | <125 | 8        |      |      |                   |                  | indeterminate (hb(censored))
        sex unknown between         | 40   |     |          |           | 125  | 8        |      |      |                   |                  | indeterminate (sex)
        sex unknown below both      | 40   |     |          |           | 119.9| 8        |      |      |                   |                  | confirmed
        sex unknown above both      | 40   |     |          |           | 130  | 8        |      |      |                   |                  | not_met
        age unknown, woman, 119     |      | F   |          |           | 112  | 8        |      |      |                   |                  | indeterminate (age)
        age unknown below all       |      | F   |          |           | 104  | 8        |      |      |                   |                  | confirmed
        first trimester             | 29   | F   | 1        |           | 109.9| 8        |      |      |                   |                  | confirmed
        first trimester at 110      | 29   | F   | 1        |           | 110  | 8        |      |      |                   |                  | not_met
        second trimester at 105     | 29   | F   | 2        |           | 105  | 8        |      |      |                   |                  | not_met
        third trimester             | 29   | F   | 3        |           | 109.9| 8        |      |      |                   |                  | confirmed
        trimester unknown           | 29   | F   | ?        |           | 107  | 8        |      |      |                   |                  | indeterminate (trimester)
        trimester unknown, low      | 29   | F   | ?        |           | 104.9| 8        |      |      |                   |                  | confirmed
        at 499 m                    | 40   | M   |          | 499       | 130  | 8        |      |      |                   |                  | not_met
        at 500 m                    | 40   | M   |          | 500       | 133.9| 8        |      |      |                   |                  | confirmed
        at 1500 m                   | 40   | M   |          | 1500      | 141  | 8        |      |      |                   |                  | not_met
        marrow without iron         | 58   | M   |          |           | 92   | 150      |      |      | 0                 | 7                | confirmed
        marrow, few particles       | 58   | M   |          |           | 92   | 150      |      |      | 0                 | 6                | not_met
        marrow, uncounted           | 58   | M   |          |           | 92   | 150      |      |      | 0                 |                  | probable
        marrow iron, no ferritin    | 58   | M   |          |           | 92   |          |      |      | 1                 | 9                | not_met
        marrow iron, ferritin 20    | 58   | M   |          |           | 92   | 20       |      |      | 2                 | 9                | probable
        """,
        "iron_deficiency_anemia",
    )


def test_iron_deficiency_without_anemia() -> None:
    assert not disagreements(
        """
        case                         | age | sex | pregnant | hb    | ferritin | iron | tsat | verdict
        woman at 120                 | 30  | F   |          | 120   | 14.9     |      |      | confirmed
        ferritin 15                  | 30  | F   |          | 125   | 15       |      |      | probable
        ferritin 30                  | 30  | F   |          | 125   | 30       |      |      | not_met
        AGA limit is not used        | 30  | F   |          | 125   | 40       |      |      | not_met
        anemic                       | 30  | F   |          | 119.9 | 8        |      |      | not_met
        no iron study                | 30  | F   |          | 125   |          |      |      | not_applicable
        iron alone                   | 30  | F   |          | 125   |          | 10   |      | indeterminate (ferritin)
        anemic, no ferritin          | 30  | F   |          | 110   |          | 10   |      | not_met
        hemoglobin unknown           | 30  | F   |          |       | 8        |      |      | indeterminate (hb)
        hemoglobin, ferritin unknown | 30  | F   |          |       |          |      | 30   | not_met
        trimester unknown            | 29  | F   | ?        | 107   | 10       |      |      | indeterminate (trimester)
        trimester unknown, 60        | 29  | F   | ?        | 107   | 60       |      |      | not_met
        sex unknown                  | 40  |     |          | 125   | 10       |      |      | indeterminate (sex)
        child, ferritin 19.9         | 3   | M   |          | 115   | 19.9     |      |      | possible
        """,
        "iron_deficiency_without_anemia",
    )


def test_marrow_confirmed_iron_deficiency() -> None:
    assert not disagreements(
        """
        case              | age | sex | marrow_iron_grade | marrow_particles | marrow_specimen | verdict
        7 particles       | 50  | F   | 0                 | 7                |                 | confirmed
        6 particles       | 50  | F   | 0                 | 6                |                 | indeterminate (marrow_particles<7)
        uncounted         | 50  | F   | 0                 |                  |                 | probable
        iron seen         | 50  | F   | 1                 | 9                |                 | not_met
        trephine only     | 50  | F   | 0                 | 9                | 1               | possible
        aspirate beside   | 50  | F   | 0                 | 9                | 1; 3            | confirmed
        no marrow         | 50  | F   |                   |                  |                 | not_applicable
        """,
        "marrow_confirmed_iron_deficiency",
    )


def test_windows_of_iron_studies() -> None:
    assert not disagreements(
        """
        case                    | age | sex | hb         | ferritin      | verdict
        ferritin on day 30      | 30  | F   | 110        | 8@30          | confirmed
        ferritin on day 31      | 30  | F   | 110        | 8@31          | indeterminate (ferritin)
        ferritin on day -30     | 30  | F   | 110        | 8@-30         | confirmed
        ferritin on day -31     | 30  | F   | 110        | 8@-31         | indeterminate (ferritin)
        the nearer is used      | 30  | F   | 110        | 80@-10; 8@5   | confirmed
        of two the earlier      | 30  | F   | 110        | 80@-5; 8@5    | not_met
        hemoglobin next day     | 30  | F   | 110@1      | 8             | confirmed
        hemoglobin two days off | 30  | F   | 110@2      | 8             | indeterminate (hb)
        """,
        "iron_deficiency_anemia",
    )
