package org.fullrank.spark;

import org.apache.spark.sql.SparkSession;

/// The Spark of the tests: two tasks at a time in this JVM.
final class LocalSpark {
    private LocalSpark() {}

    /// The session that all tests share. With the serializer that many clusters use, a class needs more than
    /// `Serializable` to be sent.
    static SparkSession session() {
        return SparkSession.builder()
                .master("local[2]")
                .appName("tests")
                .config("spark.ui.enabled", "false")
                .config("spark.log.level", "ERROR")
                .config("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.driver.host", "localhost")
                .getOrCreate();
    }
}
