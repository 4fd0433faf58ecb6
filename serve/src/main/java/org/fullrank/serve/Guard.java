package org.fullrank.serve;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import org.fullrank.page.Html;

/// Accepts only GET requests that are addressed to this machine, see [HostCheck]. Sets the headers that restrict
/// what a page may do.
final class Guard extends Filter {
    private final HostCheck hosts;

    /// @param host the name that the server was started for
    Guard(String host) {
        hosts = new HostCheck(host);
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Content-Security-Policy", Html.livePolicy() + "; frame-ancestors 'none'");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
        headers.set("Cache-Control", "no-store");
        if (!hosts.known(exchange.getRequestHeaders().getFirst("Host"))) {
            Answer.text(exchange, 421, "this server answers to localhost and to addresses only, and to --host NAME");
        } else if (!exchange.getRequestMethod().equals("GET")) {
            headers.set("Allow", "GET");
            Answer.text(exchange, 405, "only GET is answered");
        } else {
            chain.doFilter(exchange);
        }
    }

    @Override
    public String description() {
        return "refuses other methods than GET, and other hosts";
    }
}
