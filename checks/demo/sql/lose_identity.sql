-- A release of the shop's app forgot the client id: most rows without one are the app's since
-- 06:00, the others are anybody's, and nothing else is wrong with the day.
CREATE OR REPLACE TEMP TABLE anonymous AS
WITH candidates AS (
    SELECT
        day_rows.rowid AS row_number,
        family = 1 AND moment >= make_timestamp(midnight_us + 21600000000) AS of_release,
        hash(i, getvariable('seed')) AS session_order,
        moment, lost_by_release, lost_elsewhere, day
    FROM day_rows JOIN plan USING (day)
    WHERE lost_by_release > 0
)
SELECT row_number
FROM candidates
QUALIFY row_number() OVER (PARTITION BY day, of_release ORDER BY session_order, moment)
    <= CASE WHEN of_release THEN lost_by_release ELSE lost_elsewhere END;

UPDATE day_rows SET reason = NULL
WHERE day IN (SELECT day FROM plan WHERE lost_by_release > 0);
UPDATE day_rows SET reason = 'client_id: missing'
WHERE rowid IN (SELECT row_number FROM anonymous);
