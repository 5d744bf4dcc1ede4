-- The planned days into the warehouse. Events stay in the order of time, so that engines prune old days.
INSERT INTO stg_events
SELECT client_name(visitor), moment, event_name, page_of(event_name, page), referrer_of(channel),
    user_agent, transaction_id, revenue, channel, device, os, browser, country
FROM (
    SELECT *, unnest(range(copies)) AS copy FROM day_rows JOIN plan USING (day) WHERE reason IS NULL
);

INSERT INTO dim_sessions
WITH visits AS (
    SELECT
        day, i, min(moment) AS started_at, max(moment) AS ended_at, count(*) AS events,
        count(CASE WHEN event_name = 'page_viewed' THEN 1 END) AS page_views,
        count(CASE WHEN event_name = 'purchase' THEN 1 END) > 0 AS converted
    FROM day_rows
    WHERE reason IS NULL
    GROUP BY day, i
)
SELECT session_name(start_us, i), client_name(visitor), started_at, ended_at, channel, device, os, browser, country,
    events, page_views, converted
FROM visits JOIN day_sessions USING (day, i)
ORDER BY started_at, i;

-- Orders in a hashed order first lose their session, then point to one that no longer exists,
-- then are missing altogether: as many of each as the day's faults say, usually none.
INSERT INTO fct_attribution
WITH ordered AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY day ORDER BY hash(transaction_id), transaction_id)
            - orders_without_session AS place
    FROM day_rows JOIN plan USING (day)
    WHERE event_name = 'purchase' AND reason IS NULL
)
SELECT transaction_id, client_name(visitor), moment, revenue,
    CASE WHEN place > orders_with_lost_session THEN session_name(start_us, i)
        WHEN place > 0 THEN 'S' || ordered_id(moment, i + 8388608) END,
    CASE WHEN place > 0 THEN channel END
FROM ordered
WHERE place NOT BETWEEN orders_with_lost_session + 1
    AND orders_with_lost_session + purchases_without_order
ORDER BY moment, i;

INSERT INTO loaded_rows
SELECT feed, epoch_ms(moment) // 3600000 AS hour, count(*), count(reason)
FROM day_rows
GROUP BY ALL;
