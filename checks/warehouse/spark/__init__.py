"""How Spark SQL is spoken to: two drivers, Thrift and Connect, and the dialect of both."""
