package org.fullrank.spark;

import org.apache.spark.sql.SparkSession;

/// The Spark of the tests: two tasks at a time in this JVM.
final class LocalSpark {
    private LocalSpark() {}

    /// The session that all tests share.
    static SparkSession session() {
        return SparkSession.builder()
                .master("local[2]")
                .appName("tests")
                .config("spark.ui.enabled", "false")
                .config("spark.log.level", "ERROR")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.driver.host", "localhost")
                .getOrCreate();
    }
}
