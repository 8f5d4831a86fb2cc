-- one row per prescription and ATC class that its drug name gives and a rule may read; other prescriptions are left out
COPY (
    -- An ingredient is found where a word of the name begins with it, in any case.
    WITH ingredient (word, atc) AS (
        VALUES
            -- iron by mouth
            ('ferrous sulf', 'B03AA07'),
            ('ferrous gluconate', 'B03AA03'),
            ('ferrous fumarate', 'B03AA02'),
            ('ferrous', 'B03AA'),
            ('ferric citrate', 'B03AB'),
            ('ferric maltol', 'B03AB'),
            ('polysaccharide iron', 'B03AB'),
            ('iron polysaccharide', 'B03AB'),
            ('iron bisglycinate', 'B03AA'),
            -- iron by vein: one class
            ('iron sucrose', 'B03AC'),
            ('iron dextran', 'B03AC'),
            ('ferric gluconate', 'B03AC'),
            ('sodium ferric gluconate', 'B03AC'),
            ('na ferric gluc', 'B03AC'),
            ('ferrlecit', 'B03AC'),
            ('venofer', 'B03AC'),
            ('infed', 'B03AC'),
            ('ferumoxytol', 'B03AC'),
            ('ferric carboxymaltose', 'B03AC'),
            ('ferric derisomaltose', 'B03AC'),
            -- erythropoiesis-stimulating agents, G-CSF
            ('epoetin alfa', 'B03XA01'),
            ('epoetin beta-methoxy', 'B03XA03'),
            ('methoxy peg-epoetin', 'B03XA03'),
            ('methoxy polyethylene glycol-epoetin', 'B03XA03'),
            ('erythropoietin', 'B03XA01'),
            ('darbepoetin', 'B03XA02'),
            ('filgrastim', 'L03AA02'),
            ('tbo-filgrastim', 'L03AA02'),
            ('pegfilgrastim', 'L03AA13'),
            ('sargramostim', 'L03AA09'),
            -- cytotoxic and other antineoplastic drugs
            ('cyclophosphamide', 'L01AA01'),
            ('chlorambucil', 'L01AA02'),
            ('melphalan', 'L01AA03'),
            ('ifosfamide', 'L01AA06'),
            ('bendamustine', 'L01AA09'),
            ('busulfan', 'L01AB01'),
            ('thiotepa', 'L01AC01'),
            ('carmustine', 'L01AD01'),
            ('lomustine', 'L01AD02'),
            ('streptozocin', 'L01AD04'),
            ('temozolomide', 'L01AX03'),
            ('dacarbazine', 'L01AX04'),
            ('methotrexate', 'L01BA01'),
            ('pemetrexed', 'L01BA04'),
            ('pralatrexate', 'L01BA05'),
            ('mercaptopurine', 'L01BB02'),
            ('thioguanine', 'L01BB03'),
            ('tioguanine', 'L01BB03'),
            ('cladribine', 'L01BB04'),
            ('fludarabine', 'L01BB05'),
            ('clofarabine', 'L01BB06'),
            ('nelarabine', 'L01BB07'),
            ('cytarabine', 'L01BC01'),
            ('fluorouracil', 'L01BC02'),
            ('gemcitabine', 'L01BC05'),
            ('capecitabine', 'L01BC06'),
            ('azacitidine', 'L01BC07'),
            ('azacytidine', 'L01BC07'),
            ('decitabine', 'L01BC08'),
            ('vinblastine', 'L01CA01'),
            ('vincristine', 'L01CA02'),
            ('vinorelbine', 'L01CA04'),
            ('etoposide', 'L01CB01'),
            ('paclitaxel', 'L01CD01'),
            ('docetaxel', 'L01CD02'),
            ('cabazitaxel', 'L01CD04'),
            ('topotecan', 'L01CE01'),
            ('irinotecan', 'L01CE02'),
            ('dactinomycin', 'L01DA01'),
            ('doxorubicin', 'L01DB01'),
            ('daunorubicin', 'L01DB02'),
            ('epirubicin', 'L01DB03'),
            ('idarubicin', 'L01DB06'),
            ('mitoxantrone', 'L01DB07'),
            ('bleomycin', 'L01DC01'),
            ('mitomycin', 'L01DC03'),
            ('imatinib', 'L01EA01'),
            ('dasatinib', 'L01EA02'),
            ('nilotinib', 'L01EA03'),
            ('ponatinib', 'L01EA05'),
            ('erlotinib', 'L01EB02'),
            ('osimertinib', 'L01EB04'),
            ('palbociclib', 'L01EF01'),
            ('ruxolitinib', 'L01EJ01'),
            ('ibrutinib', 'L01EL01'),
            ('acalabrutinib', 'L01EL02'),
            ('sunitinib', 'L01EX01'),
            ('sorafenib', 'L01EX02'),
            ('pazopanib', 'L01EX03'),
            ('midostaurin', 'L01EX10'),
            ('gilteritinib', 'L01EX13'),
            ('rituximab', 'L01FA01'),
            ('obinutuzumab', 'L01FA03'),
            ('daratumumab', 'L01FC01'),
            ('trastuzumab', 'L01FD01'),
            ('cetuximab', 'L01FE01'),
            ('nivolumab', 'L01FF01'),
            ('pembrolizumab', 'L01FF02'),
            ('bevacizumab', 'L01FG01'),
            ('gemtuzumab', 'L01FX02'),
            ('brentuximab', 'L01FX05'),
            ('blinatumomab', 'L01FX07'),
            ('cisplatin', 'L01XA01'),
            ('carboplatin', 'L01XA02'),
            ('oxaliplatin', 'L01XA03'),
            ('procarbazine', 'L01XB01'),
            ('tretinoin', 'L01XF01'),
            ('bortezomib', 'L01XG01'),
            ('carfilzomib', 'L01XG02'),
            ('romidepsin', 'L01XH02'),
            ('asparaginase', 'L01XX02'),
            ('hydroxyurea', 'L01XX05'),
            ('hydroxycarbamide', 'L01XX05'),
            ('pentostatin', 'L01XX08'),
            ('pegaspargase', 'L01XX24'),
            ('arsenic trioxide', 'L01XX27'),
            ('venetoclax', 'L01XX52'),
            -- drugs toxic to the marrow
            ('azathioprine', 'L04AX01'),
            ('mycophenol', 'L04AA06'),
            ('leflunomide', 'L04AK01'),
            ('linezolid', 'J01XX08'),
            ('chloramphenicol', 'J01BA01'),
            ('isoniazid', 'J04AC01'),
            ('sulfameth/trimethoprim', 'J01EE01'),
            ('sulfamethoxazole', 'J01EE01'),
            ('trimethoprim/sulfa', 'J01EE01'),
            ('trimethoprim-sulfa', 'J01EE01'),
            ('bactrim', 'J01EE01'),
            ('ganciclovir', 'J05AB06'),
            ('valganciclovir', 'J05AB14'),
            ('zidovudine', 'J05AF01'),
            ('combivir', 'J05AF01'),
            ('trizivir', 'J05AF01'),
            ('clozapine', 'N05AH02'),
            ('propylthiouracil', 'H03BA02'),
            ('carbimazole', 'H03BB01'),
            ('methimazole', 'H03BB02'),
            ('carbamazepine', 'N03AF01'),
            ('valpro', 'N03AG01'),      -- valproic acid, valproate sodium
            ('divalproex', 'N03AG01'),
            ('phenytoin', 'N03AB02'),   -- not fosphenytoin, N03AB05, which no rule reads
            ('colchicine', 'M04AC01'),
            ('penicillamine', 'M01CC01')
    ),

    prescription AS (
        SELECT
            *,
            lower(trim(drug)) AS name
        FROM prescriptions
    ),

    -- each distinct name once; of two words of one class the longer decides (ferrous, ferrous gluconate)
    named AS (
        SELECT
            drug.name,
            max_by(ingredient.atc, length(ingredient.word)) AS atc
        FROM (SELECT DISTINCT name FROM prescription) AS drug
        INNER JOIN ingredient ON regexp_matches(drug.name, concat('(^|[^a-z])', ingredient.word))
        WHERE NOT contains(drug.name, 'placebo')  -- a blinded trial: nobody knows what was given
        GROUP BY drug.name, left(ingredient.atc, 4)
    )

    SELECT
        prescription.subject_id AS patient_id,
        'medication' AS kind,
        'ATC' AS code_system,
        -- by mouth or under the skin methotrexate is the low weekly dose against inflammation
        CASE
            WHEN named.atc = 'L01BA01' AND regexp_matches(prescription.route, '^(PO|SC|NG|ORAL)', 'i') THEN 'L04AX03'
            ELSE named.atc
        END AS code,
        prescription.starttime AS start_date,
        prescription.stoptime AS end_date,
        prescription.source_file,
        prescription.source_line
    FROM prescription
    INNER JOIN named ON prescription.name = named.name
    -- on skin, eye, ear or mucosa, and as a catheter lock, these drugs do not reach the marrow
    WHERE NOT regexp_matches(
        coalesce(prescription.route, ''), 'EYE|EAR|OPH|TOP|^TP$|^O[DSU]$|VAG|LOCK|DWELL|^IH$|NEB|NASAL', 'i'
    )
) TO $target (FORMAT parquet)
