-- The shop's warehouse, as its pipeline would have created it.
CREATE TABLE pipeline_logs (
    log_id BIGINT, filename VARCHAR, run_timestamp TIMESTAMP, rows_read BIGINT,
    rows_inserted BIGINT, rows_quarantined BIGINT, duration_seconds DOUBLE, status VARCHAR
);
CREATE TABLE stg_events (
    client_id VARCHAR, "timestamp" TIMESTAMP, event_name VARCHAR, page_url VARCHAR,
    referrer VARCHAR, user_agent VARCHAR, transaction_id VARCHAR, revenue DOUBLE,
    channel VARCHAR, device VARCHAR, os VARCHAR, browser VARCHAR, country VARCHAR
);
CREATE TABLE dim_sessions (
    session_id VARCHAR, client_id VARCHAR, started_at TIMESTAMP, ended_at TIMESTAMP,
    channel VARCHAR, device VARCHAR, os VARCHAR, browser VARCHAR, country VARCHAR,
    events BIGINT, page_views BIGINT, converted BOOLEAN
);
CREATE TABLE fct_attribution (
    transaction_id VARCHAR, purchaser_id VARCHAR, purchase_time TIMESTAMP, revenue DOUBLE,
    lc_session_id VARCHAR, lc_channel VARCHAR
);

-- The days that are being written, and what each is to look like.
CREATE TEMP TABLE plan (
    day BIGINT, midnight_us BIGINT, rows_in_file BIGINT,
    conversion DOUBLE, rejected_share DOUBLE, loaded_until_us BIGINT, failed_from_us BIGINT,
    failed_until_us BIGINT, missing_feed BIGINT, copies BIGINT,
    checkout_pixel_dead BOOLEAN, lost_by_release BIGINT, lost_elsewhere BIGINT,
    unpriced_share DOUBLE, orders_without_session BIGINT, orders_with_lost_session BIGINT,
    purchases_without_order BIGINT
);

-- What each source of the log has in its files, by the hour from 1970 on.
CREATE TEMP TABLE loaded_rows (feed BIGINT, hour BIGINT, rows_read BIGINT, rows_rejected BIGINT);

-- Chance without a random generator: the same on every machine and for any number of threads.
-- Sixteen bits of a hash, as a number in [0, 1) and as one of n.
CREATE TEMP MACRO unit(h, shift) AS ((h >> shift) & 65535) / 65536e0;
CREATE TEMP MACRO one_of(h, shift, n) AS CAST((h >> shift) % n AS INTEGER);
CREATE TEMP MACRO frac(x) AS x - floor(x);
-- A time-ordered id, as shops really have: milliseconds, then a tail unique within the day.
CREATE TEMP MACRO ordered_id(moment, i) AS
    lpad(hex(epoch_ms(moment)), 12, '0')
    || lpad(hex((i * 11400714819 + getvariable('seed')) & 16777215), 6, '0');
CREATE TEMP MACRO session_name(start_us, i) AS 'S' || ordered_id(make_timestamp(start_us), i);

-- Words that repeat are numbers until they reach the warehouse: they sort and copy much faster.
CREATE TEMP TYPE event AS ENUM ('page_viewed', 'search_submitted', 'product_viewed',
    'product_added_to_cart', 'checkout_started', 'purchase');
CREATE TEMP TYPE channel AS ENUM (
    'Organic search', 'Direct', 'Paid search', 'Email', 'Social', 'Referral');
CREATE TEMP TYPE country AS ENUM ('DE', 'AT', 'CH', 'NL', 'FR', 'GB');
CREATE TEMP TYPE reason AS ENUM (
    'client_id: missing', 'user_agent: known bot', 'timestamp: not a valid time');
CREATE TEMP TYPE device AS ENUM ('mobile', 'desktop', 'tablet');
CREATE TEMP TYPE os AS ENUM ('iOS', 'Android', 'Windows', 'macOS');
CREATE TEMP TYPE browser AS ENUM ('Safari', 'Shop app', 'Chrome', 'Edge');

CREATE TEMP MACRO client_name(visitor) AS lower(lpad(hex(visitor), 16, '0'))[1:12];
CREATE TEMP MACRO referrer_of(channel) AS CASE channel
    WHEN 'Organic search' THEN 'https://search.example/'
    WHEN 'Paid search' THEN 'https://search.example/ads'
    WHEN 'Social' THEN 'https://social.example/'
    WHEN 'Referral' THEN 'https://magazine.example/gifts'
END;
CREATE TEMP MACRO page_of(event_name, page) AS 'https://www.shop.example/' || CASE event_name
    WHEN 'page_viewed' THEN ['', 'new', 'sale', 'collections/home', 'collections/garden',
        'journal/a-good-night', 'about', 'delivery'][1 + page % 8]
    WHEN 'product_viewed' THEN ['products/linen-sheets', 'products/wool-blanket',
        'products/oak-stool', 'products/desk-lamp', 'products/stoneware-mug',
        'products/tea-towel', 'products/rattan-basket', 'products/wall-clock',
        'products/floor-cushion', 'products/glass-carafe', 'products/plant-stand',
        'products/bath-mat'][1 + page % 12]
    WHEN 'search_submitted' THEN 'search'
    WHEN 'product_added_to_cart' THEN 'cart'
    WHEN 'checkout_started' THEN 'checkout'
    ELSE 'checkout/thank-you'
END;

-- Device families: what visitors carry, each family's share of 100 visitors, added up.
CREATE TEMP TABLE listed_families AS
SELECT * FROM (VALUES
    (0, 28, 28, 'mobile', 'iOS', 'Safari',
     'Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1'),
    (1, 14, 42, 'mobile', 'iOS', 'Shop app', 'ShopApp/5.2.0 (iPhone; iOS 18.3; build 5204)'),
    (2, 24, 66, 'mobile', 'Android', 'Chrome',
     'Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Mobile Safari/537.36'),
    (3, 16, 82, 'desktop', 'Windows', 'Chrome',
     'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36'),
    (4, 4, 86, 'desktop', 'Windows', 'Edge',
     'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36 Edg/133.0.0.0'),
    (5, 9, 95, 'desktop', 'macOS', 'Safari',
     'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15'),
    (6, 5, 100, 'tablet', 'iOS', 'Safari',
     'Mozilla/5.0 (iPad; CPU OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1')
) AS listed(family, share, up_to, device, os, browser, user_agent);
CREATE TEMP TYPE user_agent AS ENUM (SELECT user_agent FROM listed_families);
CREATE TEMP TABLE families AS
SELECT
    CAST(family AS TINYINT) AS family, share, up_to, CAST(device AS device) AS device,
    CAST(os AS os) AS os, CAST(browser AS browser) AS browser,
    CAST(user_agent AS user_agent) AS user_agent
FROM listed_families;
