-- macro: what references name a resource by: its address in a Bundle (urn:uuid:), else its id
CREATE OR REPLACE MACRO referred_by(full_url, id) AS
CASE WHEN starts_with(full_url, 'urn:uuid:') THEN substr(full_url, 10) ELSE id END
