package org.fullrank.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.Set;

/// What holds of every page.
final class Pages {
    private static final String CONTROLS = "a[href], button, summary, select, input, [tabindex='0']";

    private Pages() {}

    static void assertQuiet(Browser browser) {
        assertThat(browser.complaints()).isEmpty();
    }

    /// Nothing is wider than the screen of a phone.
    static void assertFitsAPhone(Browser browser) {
        browser.viewport(390, 844);
        browser.await("document.documentElement.clientWidth === 390");
        browser.await("document.documentElement.scrollWidth <= 390");
    }

    /// Tab comes to every control that can be seen, and where it is shows.
    static void assertReachableByKeyboard(Browser browser) {
        String number = "[...document.querySelectorAll(\"" + CONTROLS + "\")].filter(e => e.checkVisibility())";
        long controls = (Long) browser.script("return " + number + ".map((e, i) => { e.dataset.control = i; }).length");
        assertThat(controls).isPositive();
        Set<Object> reached = new LinkedHashSet<>();
        browser.script("document.activeElement.blur()");
        for (int i = 0; i < controls + 2; i++) {
            browser.tab();
            Object control = browser.script("return document.activeElement.dataset.control ?? ''");
            if (!control.equals("")) {
                reached.add(control);
                Object outline = browser.script("const s = getComputedStyle(document.activeElement);"
                        + " return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0");
                assertThat(outline).as("focus seen on control " + control).isEqualTo(true);
            }
        }
        assertThat(reached).hasSize(Math.toIntExact(controls));
    }
}
