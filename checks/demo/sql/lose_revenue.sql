-- The tracker sent some of the day's purchases without their amount.
CREATE OR REPLACE TEMP TABLE unpriced AS
WITH purchases AS (
    SELECT transaction_id, hash(transaction_id) AS place, count(*) OVER () AS total
    FROM day_rows
    WHERE event_name = 'purchase' AND reason IS NULL
)
SELECT transaction_id
FROM purchases
QUALIFY row_number() OVER (ORDER BY place, transaction_id)
    <= greatest(1, round(total * getvariable('unpriced_share')));

UPDATE day_rows SET revenue = NULL
WHERE transaction_id IN (SELECT transaction_id FROM unpriced);
