package org.fullrank.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// The arguments of `fullrank pretrain` that the user of a job gives.
///
/// @param list as in the command line
record PretrainArguments(List<String> list) implements Serializable {
    private static final String OUT = "--out";
    private static final String RESUME = "--resume";
    private static final String THREADS = "train.threads";
    /// Options that Spark sets.
    private static final Set<String> OWN = Set.of("--workers", "--rendezvous", "--rank", "--world-size");
    private static final String FAIL_ON = "--fail-on"; // can be combined with --resume, as can --json
    private static final String JSON = "--json";

    /// @throws InputException when the run folder is missing, or when the list has an option that Spark sets
    PretrainArguments {
        list = List.copyOf(list);
        for (String argument : list) {
            InputException.when(
                    OWN.contains(argument.split("=", 2)[0]),
                    "%s: found it among the arguments of fullrank pretrain, where Spark sets it; leave it out",
                    argument);
        }
        InputException.when(
                value(list, OUT) == null && value(list, RESUME) == null,
                "arguments of fullrank pretrain: found neither --out nor --resume, expected one of them after --; name"
                        + " the run folder");
    }

    /// The value of an option, given as `--out DIR` or `--out=DIR`; null without it.
    private static @Nullable String value(List<String> list, String option) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).startsWith(option + "=")) {
                return list.get(i).substring(option.length() + 1);
            }
            if (list.get(i).equals(option) && i + 1 < list.size()) {
                return list.get(i + 1);
            }
        }
        return null;
    }

    /// The new run folder; null if a run is resumed.
    @Nullable
    String out() {
        return value(list, OUT);
    }

    /// The arguments of worker 0 for the first attempt.
    ///
    /// @param threads of a worker, unless the user sets them with `--set`
    List<String> first(int threads) {
        var all = new ArrayList<String>();
        if (value(list, RESUME) == null) {
            all.addAll(List.of("--set", THREADS + "=" + threads)); // a later --set replaces it
        }
        all.addAll(list);
        return all;
    }

    /// The arguments of worker 0 for another attempt: it continues the run.
    List<String> again() {
        String run = out() == null ? value(list, RESUME) : out();
        var all = new ArrayList<>(List.of(RESUME, String.valueOf(run)));
        String failOn = value(list, FAIL_ON);
        if (failOn != null) {
            all.addAll(List.of(FAIL_ON, failOn));
        }
        if (list.contains(JSON)) {
            all.add(JSON);
        }
        return all;
    }
}
