-- The visits of each planned day, until their events add up to the rows its file holds: an
-- average visit has almost five.
-- `luck` and `moment` follow a low-discrepancy sequence (the plastic number's), so that each
-- day's funnel and hours are even and a small shop's normal days do not look like incidents.
CREATE OR REPLACE TEMP TABLE day_sessions AS
WITH drawn AS (
    SELECT
        day, midnight_us, rows_in_file, conversion, checkout_pixel_dead, i,
        hash(getvariable('seed'), day, i) AS look,
        hash(day, i, getvariable('seed')) AS path,
        frac(i * 0.7548776662466927e0 + unit(hash(day, getvariable('seed')), 0)) AS luck,
        frac(i * 0.5698402909980532e0 + unit(hash(day, getvariable('seed')), 16)) AS moment
    FROM (SELECT *, unnest(range(rows_in_file // 4)) AS i FROM plan)
),
planned AS (
    SELECT
        day, midnight_us, rows_in_file, i, look, path,
        -- Two humps, at noon and in the evening, and a quiet night around 03:00 UTC.
        1000 * CAST(86390e3 * frac(0.125e0 + moment + 0.09e0 * sin(2 * pi() * moment)
            + 0.02e0 * sin(4 * pi() * moment)) AS BIGINT) AS start_us,
        luck < 0.035e0 * conversion AND NOT checkout_pixel_dead AS bought,
        luck < 0.060e0 * conversion AS checked_out,
        CASE WHEN luck < 0.13e0 THEN 1 + one_of(path, 0, 2) ELSE 0 END AS carts,
        CASE WHEN luck < 0.60e0 THEN 1 + one_of(path, 8, 3) ELSE 0 END AS products,
        1 + one_of(path, 16, 3) AS pages,
        CASE WHEN luck BETWEEN 0.50e0 AND 0.60e0 OR luck >= 0.92e0 THEN 1 ELSE 0 END AS searches
    FROM drawn
),
counted AS (
    SELECT
        *,
        searches + pages + 2 * products AS browsed,
        searches + pages + 2 * products + carts + CAST(checked_out AS INTEGER)
            + CAST(bought AS INTEGER) AS steps
    FROM planned
),
summed AS (
    SELECT *, CAST(sum(steps) OVER (PARTITION BY day ORDER BY i) AS BIGINT) AS rows_so_far
    FROM counted
),
fitted AS (
    -- The last visit is cut where the file ends.
    SELECT * REPLACE (least(steps, rows_in_file - rows_so_far + steps) AS steps)
    FROM summed
    WHERE rows_so_far - steps < rows_in_file
),
dressed AS (
    SELECT
        day, i, midnight_us, start_us, products, carts, checked_out, searches, browsed, steps,
        -- A third of the visits come from people who have been here before.
        CASE WHEN unit(path, 24) < 0.35e0
            THEN hash(getvariable('seed'), one_of(look, 8, getvariable('regulars')))
            ELSE look END AS visitor,
        -- A page every eight seconds to two minutes, and never past midnight.
        least(8e6 + 112e6 * pow(unit(path, 40), 2), (86399.9e6 - start_us) / steps) AS gap_us,
        one_of(look, 40, 100) AS channel_ticket
    FROM fitted
),
placed AS (
    SELECT *, one_of(visitor, 4, 100) AS kit, one_of(visitor, 24, 100) AS home FROM dressed
)
SELECT
    day, i, midnight_us + start_us AS start_us, products, carts, checked_out, searches, browsed,
    steps, gap_us, visitor, family, device, os, browser, user_agent,
    CAST(CASE WHEN channel_ticket < 31 THEN 'Organic search' WHEN channel_ticket < 55 THEN 'Direct'
        WHEN channel_ticket < 73 THEN 'Paid search' WHEN channel_ticket < 83 THEN 'Email'
        WHEN channel_ticket < 93 THEN 'Social' ELSE 'Referral' END AS channel) AS channel,
    CAST(CASE WHEN home < 46 THEN 'DE' WHEN home < 60 THEN 'AT'
        WHEN home < 71 THEN 'CH' WHEN home < 82 THEN 'NL'
        WHEN home < 92 THEN 'FR' ELSE 'GB' END AS country) AS country,
    greatest(
        getvariable('feed_by_place')[1 + i % 100], getvariable('feed_by_family')[1 + family]) AS feed
FROM placed
JOIN families ON kit BETWEEN up_to - share AND up_to - 1;
