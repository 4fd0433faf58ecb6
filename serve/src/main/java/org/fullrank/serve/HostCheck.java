package org.fullrank.serve;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Whether a request names this machine.
///
/// Another website can make its own name resolve to 127.0.0.1 (DNS rebinding). Then this website would have
/// the same origin as this server. The `Host` header of a request contains the name of the website. So only
/// `localhost`, IP addresses and the name of this server are accepted.
///
/// @param host the name that the server was started for, in lower case
record HostCheck(String host) {
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");
    private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

    HostCheck {
        host = host.toLowerCase(Locale.ROOT);
    }

    /// @param asked the `Host` header
    boolean known(@Nullable String asked) {
        if (asked == null) {
            return false;
        }
        String name = PORT.matcher(asked.toLowerCase(Locale.ROOT)).replaceFirst("");
        return name.equals("localhost")
                || name.equals(host)
                || ADDRESS.matcher(name).matches();
    }
}
