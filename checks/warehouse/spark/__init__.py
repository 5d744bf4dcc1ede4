"""Access to Spark SQL: two drivers, Thrift and Connect, and the dialect of both."""
