-- The day's quarantine file: the raw columns, with what was wrong left wrong.
SELECT
    CASE WHEN reason <> 'client_id: missing' THEN client_name(visitor) END AS client_id,
    page_of(event_name, page) AS page_url, referrer_of(channel) AS referrer,
    CASE WHEN reason = 'timestamp: not a valid time'
        THEN strftime(moment, '%Y-%m-%dT') || '24:' || strftime(moment, '%M:%SZ')
        ELSE strftime(moment, '%Y-%m-%dT%H:%M:%S.%gZ') END AS "timestamp",
    event_name, transaction_id, revenue,
    CASE WHEN reason = 'user_agent: known bot'
        THEN 'Mozilla/5.0 (compatible; PriceBot/2.1; +https://bot.example/)'
        ELSE CAST(user_agent AS VARCHAR) END AS user_agent,
    device, os, browser, country, reason AS error_reason
FROM day_rows
WHERE reason IS NOT NULL AND day = getvariable('day')
ORDER BY moment, i
