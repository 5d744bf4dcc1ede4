-- One entry for each load, oldest first. A load that failed has read nothing.
INSERT INTO pipeline_logs
WITH loads AS (
    SELECT
        unnest($1::VARCHAR[]) AS filename, unnest($2::BIGINT[]) AS feed,
        unnest($3::BIGINT[]) AS from_hour, unnest($4::BIGINT[]) AS until_hour,
        unnest($5::BIGINT[]) AS run_us, unnest($6::BOOLEAN[]) AS failed
),
counted AS (
    SELECT
        filename, run_us, failed, coalesce(sum(rows_read), 0)::BIGINT AS read,
        coalesce(sum(rows_rejected), 0)::BIGINT AS rejected
    FROM loads
    LEFT JOIN loaded_rows
        ON loaded_rows.feed = loads.feed AND hour >= from_hour AND hour < until_hour
    GROUP BY filename, run_us, failed
)
SELECT
    row_number() OVER (ORDER BY run_us, filename) AS log_id,
    filename, make_timestamp(run_us), read, read - rejected, rejected,
    round(4e0 + read / 6000e0, 1),
    CASE WHEN failed THEN 'failed' WHEN rejected > 0 THEN 'partial_failure' ELSE 'success' END
FROM counted
ORDER BY log_id;
