package org.fullrank.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What holds of every page.
final class Pages {
    private static final String CONTROLS = "a[href], button, summary, select, input, [tabindex='0']";

    private Pages() {}

    static void assertQuiet(Browser browser) {
        assertThat(browser.complaints()).isEmpty();
    }

    /// Presses every button that saves a figure or table, and checks the files.
    ///
    /// @return the texts of the files, in the order of the buttons
    static List<String> saved(Browser browser) {
        browser.script("""
                window.saved = [];
                URL.createObjectURL = blob => { blob.text().then(text => window.saved.push(text)); return 'about:blank'; };
                HTMLAnchorElement.prototype.click = () => {};
                document.querySelectorAll('details').forEach(details => { details.open = true; });""");
        browser.await("document.querySelectorAll('details:not([open])').length === 0");
        browser.script(
                "window.buttons = [...document.querySelectorAll('.saves button')].filter(e => e.checkVisibility());"
                        + " window.buttons.forEach(button => button.click())");
        browser.await("window.saved.length === window.buttons.length");
        long wrong = (Long) browser.script("""
                return window.buttons.filter((button, i) => {
                  const text = window.saved[i];
                  if (button.textContent === 'SVG') {
                    const file = new DOMParser().parseFromString(text, 'image/svg+xml');
                    return file.querySelector('parsererror') || !file.querySelector('text') || !file.querySelector('path') || /NaN|undefined/.test(text);
                  }
                  return button.textContent === 'CSV' ? text.trim().split('\\r\\n').length < 2 || /undefined|\\[object/.test(text)
                      : !/\\\\begin\\{tabular\\}\\{[lr]+\\}/.test(text);
                }).length""");
        assertThat(wrong).as("files that are not what they are called").isZero();
        @SuppressWarnings("unchecked") // a list of strings in the page is one here
        var texts = (List<String>) browser.script("return window.saved");
        return texts;
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
