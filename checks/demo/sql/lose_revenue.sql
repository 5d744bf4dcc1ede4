-- The tracker sent some of the day's purchases without their amount: so many that chance does not
-- allow them, of few purchases too.
CREATE OR REPLACE TEMP TABLE unpriced AS
WITH purchases AS (
    SELECT transaction_id, hash(transaction_id) AS place, count(*) OVER (PARTITION BY day) AS total,
        day, unpriced_share
    FROM day_rows JOIN plan USING (day)
    WHERE event_name = 'purchase' AND reason IS NULL AND unpriced_share > 0
)
SELECT transaction_id
FROM purchases
QUALIFY row_number() OVER (PARTITION BY day ORDER BY place, transaction_id)
    <= greatest(4, round(total * unpriced_share));

UPDATE day_rows SET revenue = NULL
WHERE transaction_id IN (SELECT transaction_id FROM unpriced);
