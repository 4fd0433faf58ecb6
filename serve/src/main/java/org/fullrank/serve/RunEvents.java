package org.fullrank.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fullrank.engine.FullrankException;
import org.fullrank.page.Lines;
import org.fullrank.page.RunPage;
import org.fullrank.run.RunFolder;
import org.jspecify.annotations.Nullable;

/// Sends the events of one run to a browser. The events `metrics`, `spectra`, `alarms` and `verdicts` are sent for
/// each new line of the file with that name. The event `state` is sent if the status of the run changes. The event
/// `reload` is sent when another file changes, and `gone` when the folder is deleted.
///
/// The id of an event says how many bytes of each file the browser has received. A browser that reconnects
/// continues from this position. If the browser did not receive the id of a line, the line is sent twice. A
/// page must be able to handle this.
final class RunEvents {
    private static final Pattern POSITIONS =
            Pattern.compile("(\\d{1,15})" + "-(\\d{1,15})".repeat(RunPage.GROWING.size() - 1));
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Path run;
    private final String settled;
    private final List<Tail> tails;

    /// @param query of the address of the page
    /// @param last id of the last event that the browser received; null on its first connection
    RunEvents(Path run, Map<String, String> query, @Nullable String last) {
        this.run = run;
        settled = query.getOrDefault("settled", RunPage.settled(run));
        Matcher at = POSITIONS.matcher(last != null ? last : query.getOrDefault("after", ""));
        boolean known = at.matches();
        tails = IntStream.range(0, RunPage.GROWING.size())
                .mapToObj(
                        i -> new Tail(run.resolve(RunPage.GROWING.get(i)), known ? Long.parseLong(at.group(i + 1)) : 0))
                .toList();
    }

    void send(EventStream stream) throws IOException, InterruptedException {
        ObjectNode state = null;
        String before = settled;
        do {
            ObjectNode now = state();
            if (now == null) {
                stream.send("gone", null, MAPPER.createObjectNode());
                return;
            }
            // The files of the end of a run are written one after another: wait until they rest.
            String files = RunPage.settled(run);
            boolean rested = files.equals(before);
            before = files;
            if (!grown(stream) || rested && !files.equals(settled)) {
                stream.send("reload", null, MAPPER.createObjectNode());
                return;
            }
            if (!now.equals(state)) {
                state = now;
                stream.send("state", id(), state);
            }
        } while (stream.pause());
    }

    /// @return false if a file became shorter, for example because of a resume
    private boolean grown(EventStream stream) throws IOException {
        for (int i = 0; i < tails.size(); i++) {
            String name = RunPage.GROWING.get(i).replace(".jsonl", "");
            Lines lines = tails.get(i).next();
            if (lines == null) {
                return false;
            }
            for (int k = 0; k < lines.objects().size(); k++) {
                // The id tells what is known once the last of them has arrived.
                boolean last = k == lines.objects().size() - 1;
                stream.send(name, last ? id() : null, lines.objects().get(k));
            }
        }
        return true;
    }

    private String id() {
        return tails.stream().map(tail -> String.valueOf(tail.position())).collect(Collectors.joining("-"));
    }

    private @Nullable ObjectNode state() {
        try (RunFolder folder = RunFolder.open(run)) {
            return RunPage.status(folder);
        } catch (FullrankException e) {
            return null; // the folder is no longer there
        }
    }
}
