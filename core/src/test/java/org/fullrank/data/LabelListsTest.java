package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelListsTest {
    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void theListIsKeptWhenThereAreTooManyTexts() {
        var lists = new LabelLists(2000);
        List<String> images = new ArrayList<>();
        var rows = new StringBuilder("file,label\n");
        for (int i = 0; i < 50; i++) {
            images.add("a/%d.jpg".formatted(i));
            rows.append("%d.jpg,%d\n".formatted(i, i % 2));
            lists.add("notes/%d.txt".formatted(i), text("a note"));
            if (i == 25) {
                lists.add("labels.csv", text(rows.toString()));
            }
        }
        assertThat(lists.dropped()).isBetween(30, 50);
        assertThat(lists.find(Split.TRAIN, images).orElseThrow())
                .extracting(LabelLists.Found::path)
                .isEqualTo("labels.csv");
    }

    @Test
    void theTextBesideAnImageOfTheSameNameIsNoList() {
        var lists = new LabelLists();
        lists.add("1.txt", text("1 dog\n2 cat\n"));
        assertThat(lists.find(Split.TRAIN, List.of("1.jpg", "2.jpg"))).isEmpty();
        assertThat(lists.find(Split.TRAIN, List.of("2.jpg")).map(LabelLists.Found::classes))
                .contains(Map.of("2.jpg", "cat"));
    }
}
