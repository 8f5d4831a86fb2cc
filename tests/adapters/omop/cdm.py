"""A small common data model by hand."""

from __future__ import annotations

# A vocabulary as Athena cuts it: each concept that the records below use.
CONCEPT = """
concept_id | concept_name | domain_id | vocabulary_id | concept_class_id | standard_concept | concept_code | invalid_reason
3000963 | Hemoglobin [Mass/volume] in Blood | Measurement | LOINC | Lab Test | S | 718-7 |
3001122 | Ferritin [Mass/volume] in Serum | Measurement | LOINC | Lab Test | S | 2276-4 |
3023599 | MCV [Entitic volume] | Measurement | LOINC | Lab Test | S | 787-2 |
3020460 | C reactive protein | Measurement | LOINC | Lab Test | S | 1988-5 |
3019897 | Platelet clumps | Measurement | LOINC | Lab Test | S | 7796-6 |
4055665 | A test of 4" "width" | Measurement | SNOMED | Procedure | S | 165109007 |
2000000001 | our hemoglobin | Measurement | Hospital | Lab Test | | HB |
2000000002 | two at once | Measurement | Hospital | Lab Test | | XX |
8713 | gram per deciliter | Unit | UCUM | Unit | S | g/dL |
8842 | nanogram per milliliter | Unit | UCUM | Unit | S | ng/mL |
8583 | femtoliter | Unit | UCUM | Unit | S | fL |
4181412 | Present | Meas Value | SNOMED | Qualifier Value | S | 52101004 |
35206753 | Iron deficiency anemia, unspecified | Condition | ICD10CM | 5-char billing code | | D50.9 |
436659 | Iron deficiency anemia | Condition | SNOMED | Disorder | S | 87522002 |
316139 | Heart failure | Condition | SNOMED | Disorder | S | 84114007 |
35225408 | Encounter for palliative care | Observation | ICD10CM | 4-char billing code | | Z51.5 |
2414397 | Transfusion, blood | Procedure | CPT4 | CPT4 | S | 36430 |
2008268 | Transfusion of packed cells | Procedure | ICD9Proc | 4-dig billing code | | 99.04 |
2008000 | Another procedure | Procedure | ICD9Proc | 4-dig billing code | | 42.80 |
4249893 | Colonoscopy | Procedure | SNOMED | Procedure | S | 73761001 |
1305058 | methotrexate | Drug | RxNorm | Ingredient | S | 6851 |
19073982 | methotrexate 2.5 MG Oral Tablet | Drug | RxNorm | Clinical Drug | S | 105585 |
1395773 | iron sucrose | Drug | RxNorm | Ingredient | S | 24909 |
40221901 | iron sucrose 20 MG/ML Injection | Drug | RxNorm | Clinical Drug | S | 999999 |
1539403 | simvastatin | Drug | RxNorm | Ingredient | S | 36567 |
1539411 | simvastatin 10 MG Oral Tablet | Drug | RxNorm | Clinical Drug | S | 314231 |
955632 | fluorouracil 50 MG/ML Topical Cream | Drug | RxNorm | Clinical Drug | S | 105584 |
21601409 | methotrexate; oral, systemic | Drug | ATC | ATC 5th | C | L04AX03 |
21601388 | methotrexate; parenteral | Drug | ATC | ATC 5th | C | L01BA01 |
21601378 | ANTIMETABOLITES | Drug | ATC | ATC 3rd | C | L01B |
38004501 | Hematology | Provider | Medicare Specialty | Physician Specialty | S | 82 |
38003835 | Hematology & Oncology Physician | Provider | NUCC | Specialization | S | 207RH0003X |
"""
RELATIONSHIP = """
concept_id_1 | concept_id_2 | relationship_id | invalid_reason
2000000001 | 3000963 | Maps to |
2000000002 | 3000963 | Maps to |
2000000002 | 3001122 | Maps to |
1539411 | 1539403 | RxNorm has ing |
3000963 | 3000963 | Maps to |
"""
ANCESTOR = """
ancestor_concept_id | descendant_concept_id
21601409 | 19073982
21601388 | 19073982
21601378 | 19073982
1305058 | 19073982
19073982 | 19073982
1395773 | 40221901
1539403 | 1539411
"""
PERSON = """
person_id | gender_concept_id | year_of_birth | month_of_birth | day_of_birth | birth_datetime | gender_source_value
1 | 8532 | 1980 | 5 | 17 | | F
2 | 0 | 1950 | | | | M
3 | 8521 | 1960 | 7 | | 1960-07-02 00:00:00 | U
"""
MEASUREMENT = """
measurement_id | person_id | measurement_concept_id | measurement_date | measurement_datetime | operator_concept_id | value_as_number | value_as_concept_id | unit_concept_id | range_low | range_high | measurement_source_value | measurement_source_concept_id | unit_source_value | value_source_value
11 | 1 | 3000963 | 2024-03-01 | 2024-03-01 08:00:00 | 0 | 9.1 | 0 | 8713 | 12 | 16 | HGB | 0 | g/dl | 9.1
12 | 1 | 3023599 | 2024-03-01 | 2024-03-01 08:00:00 | 0 | 70 | 0 | 8583 | | | MCV | 0 | fL | 70
13 | 1 | 3001122 | 2024-03-01 | 2024-03-01 08:00:00 | 4171756 | 5 | 0 | 8842 | | | FERR | 0 | ng/mL | 5
14 | 2 | 2000000001 | 2024-03-02 | | | 12.5 | | 0 | | | HB | 2000000001 | g/L? | 12.5
15 | 2 | 0 | 2024-03-02 | | | 13.5 | | 8713 | | | our Hb | 2000000001 | | 13.5
16 | 2 | 2000000002 | 2024-03-02 | | | 1 | | | | | XX | | mg | 1
17 | 2 | 3019897 | 2024-03-02 | | | | 4181412 | | | | CLUMPS | | | PLT CLUMPS SEEN
18 | 2 | 3020460 | 2024-03-02 | | | 3 | | | | | CRP | | mg/L | <3
19 | 2 | 3020460 | 2024-03-03 | | | 3 | | | | | CRP | | mg/L | <5
20 | 2 | 3020460 | 2024-03-04 | | | | | | | | CRP | | mg/L | HEMOLYZED
21 | 2 | 999 | 2024-03-04 | | | 7 | | | | | 777-3 | | 10*9/L | 7
22 | 2 | 999 | 2024-03-04 | | | 7 | | | | | 777-4 | | 10*9/L | 7
23 | 2 | 4055665 | 2024-03-04 | | | 7 | | | | | | | |
"""
HISTORY = {
    "condition_occurrence": """
person_id | condition_concept_id | condition_start_date | condition_end_date | condition_source_concept_id
1 | 436659 | 2024-03-01 | | 35206753
1 | 316139 | 2024-02-01 | 2024-02-09 | 0
2 | 0 | 2024-02-01 | | 0
""",
    "procedure_occurrence": """
person_id | procedure_concept_id | procedure_date | procedure_source_concept_id
1 | 4249893 | 2024-01-01 | 0
1 | 0 | 2024-01-02 | 2008268
1 | 0 | 2024-01-03 | 2008000
2 | 2414397 | 2024-01-04 | 2414397
""",
    "observation": """
person_id | observation_date | observation_concept_id | observation_source_concept_id
2 | 2024-02-03 | 0 | 35225408
2 | 2024-02-03 | 316139 | 316139
""",
    "drug_exposure": """
person_id | drug_concept_id | drug_exposure_start_date | drug_exposure_end_date | days_supply | route_concept_id | route_source_value | drug_source_concept_id
1 | 19073982 | 2024-01-01 | | 30 | 0 | |
1 | 40221901 | 2024-01-02 | 2024-01-02 | | 0 | IV |
1 | 955632 | 2024-01-03 | 2024-01-09 | | 0 | |
1 | 0 | 2024-01-04 | 2024-01-09 | | 0 | |
1 | 0 | 2024-01-05 | 2024-01-09 | | 0 | | 21601388
1 | 1539411 | 2024-01-06 | 2024-01-09 | | 0 | |
""",
    "visit_occurrence": """
person_id | visit_start_date | visit_end_date | provider_id
1 | 2024-02-10 | 2024-02-10 | 5
1 | 2024-02-11 | 2024-02-11 | 6
1 | 2024-02-12 | 2024-02-12 | 7
1 | 2024-02-13 | 2024-02-13 |
""",
    "provider": """
provider_id | specialty_concept_id | specialty_source_value
5 | 38004501 | 82
6 | 38003835 | HEM/ONC
7 | 0 | Clinical Haematology
""",
    "observation_period": """
person_id | observation_period_start_date | observation_period_end_date
1 | 2020-01-01 | 2024-12-31
2 | 2023-01-01 | 2024-03-31
""",
    "death": """
person_id | death_date
2 | 2024-03-20
""",
}
VOCABULARY = {"CONCEPT": CONCEPT, "CONCEPT_RELATIONSHIP": RELATIONSHIP, "CONCEPT_ANCESTOR": ANCESTOR}
CDM = {"person": PERSON, "measurement": MEASUREMENT, **HISTORY, **VOCABULARY}
