package org.fullrank.engine;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The name under which recipes choose this record of a sealed interface: the value of the key `type`. A record
/// without it is chosen by its simple name in lower case.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Named {
    /// Lower-case words joined by hyphens, such as `joint-embedding`.
    String value();
}
