-- The rows of the planned days' files, by time: every event of every visit, accepted or with a
-- reason why not.
CREATE OR REPLACE TEMP TABLE day_rows AS
WITH unfolded AS (
    SELECT *, unnest(range(steps)) AS step FROM day_sessions
),
named AS (
    SELECT
        *,
        hash(day, getvariable('seed'), i, step) AS chance,
        CAST(CASE
            WHEN step = 0 THEN 'page_viewed'
            WHEN step = searches THEN 'search_submitted'
            WHEN step < browsed THEN
                CASE WHEN (step - searches) % 2 = 1 AND step - searches < 2 * products
                    THEN 'product_viewed' ELSE 'page_viewed' END
            WHEN step < browsed + carts THEN 'product_added_to_cart'
            WHEN step = browsed + carts AND checked_out THEN 'checkout_started'
            ELSE 'purchase'
        END AS event) AS event_name
    FROM unfolded
),
timed AS (
    SELECT
        *,
        start_us + CAST(floor(gap_us * (step + 0.5e0 * unit(chance, 0)) / 1000) AS BIGINT) * 1000
            AS moment_us,
        unit(chance, 32) / rejected_share AS rejection
    FROM named JOIN plan USING (day)
)
SELECT
    day, i, start_us, visitor, family, feed, device, os, browser, user_agent, channel, country, event_name,
    make_timestamp(moment_us) AS moment,
    CAST((chance >> 16) % 24 AS TINYINT) AS page,
    CASE WHEN event_name = 'purchase' THEN
        'O' || ordered_id(make_timestamp(moment_us), i)
    END AS transaction_id,
    CASE WHEN event_name = 'purchase' THEN
        round(19.9e0 + 340 * pow(unit(chance, 16), 3) + 60 * unit(chance, 24), 2)
    END AS revenue,
    CAST(CASE WHEN rejection < 0.45e0 THEN 'client_id: missing'
        WHEN rejection < 0.80e0 THEN 'user_agent: known bot'
        WHEN rejection < 1 THEN 'timestamp: not a valid time' END AS reason) AS reason
FROM timed
WHERE moment_us < loaded_until_us AND feed <> missing_feed
    AND moment_us NOT BETWEEN failed_from_us AND failed_until_us - 1
ORDER BY moment, i;
