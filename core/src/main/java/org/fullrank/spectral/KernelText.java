package org.fullrank.spectral;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Choices;
import org.fullrank.settings.Nearest;
import org.fullrank.settings.RecordShape;
import org.fullrank.settings.Yaml;

/// Kernels as text: `NAME` or `NAME:VALUE,VALUE`. The values are the settings of the kernel, in order.
final class KernelText {
    private KernelText() {}

    private record Holder(Kernel kernel) {}

    static String write(Kernel kernel) {
        String name = RecordShape.name(kernel.getClass());
        String values = String.join(",", Choices.settings((Record) kernel).values());
        return values.isEmpty() ? name : name + ":" + values;
    }

    static Kernel read(String text) {
        String[] parts = text.strip().split(":", 2);
        List<Class<?>> kernels = RecordShape.choices(Kernel.class);
        List<String> names = kernels.stream().map(RecordShape::name).toList();
        Nearest.require("kernel: found", parts[0], names);
        RecordComponent[] settings = kernels.get(names.indexOf(parts[0])).getRecordComponents();
        String[] values = parts.length == 1 ? new String[0] : parts[1].split(",", -1);
        InputException.when(
                values.length > settings.length,
                "kernel %s: found %d values, expected at most %d; leave the others out",
                text,
                values.length,
                settings.length);
        ObjectNode kernel = JsonNodeFactory.instance.objectNode().put(RecordShape.TYPE, parts[0]);
        for (int i = 0; i < values.length; i++) {
            kernel.set(settings[i].getName(), Yaml.parseValue("kernel " + text, values[i]));
        }
        ObjectNode holder = JsonNodeFactory.instance.objectNode().set("kernel", kernel);
        return Yaml.readJson("kernel " + text, holder.toString(), Holder.class).kernel;
    }
}
