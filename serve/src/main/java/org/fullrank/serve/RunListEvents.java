package org.fullrank.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;

/// Sends the list of runs to a browser whenever it has changed.
final class RunListEvents {
    private RunListEvents() {}

    static void send(RunList runs, EventStream stream) throws IOException, InterruptedException {
        ArrayNode known = null;
        do {
            ArrayNode now = runs.rows();
            if (!now.equals(known)) {
                known = now;
                stream.send("runs", null, now);
            }
        } while (stream.pause());
    }
}
