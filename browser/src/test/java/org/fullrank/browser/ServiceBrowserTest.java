package org.fullrank.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.fullrank.data.Dataset;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.search.IndexSettings;
import org.fullrank.search.VectorIndex;
import org.fullrank.search.VectorSource;
import org.fullrank.serve.EmbeddingServer;
import org.fullrank.serve.ServiceSettings;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.fullrank.trained.TrainedEncoder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/// The page of the embedding service, with an encoder of pictures and with one of rows.
@TestInstance(Lifecycle.PER_CLASS)
class ServiceBrowserTest {
    private static final int PICTURES = 16;
    private static final String TOKEN = "opensesame";

    private Path folder;
    private Browser browser;
    private TrainedEncoder pictures;
    private TrainedEncoder rows;
    private VectorIndex index;
    private EmbeddingServer ofPictures;
    private EmbeddingServer ofRows;

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        folder = temporary;
        browser = Browser.start();
        pictures = trained("small-vicreg", drawn(), "views.size=16", "encoder={type: convnet, channels: [4, 8]}");
        rows = trained("table-vicreg", table(), "encoder.widths=[8, 6]");
        index = indexed();
        ofPictures = EmbeddingServer.start(pictures, index, "pictures", settings(null));
        ofRows = EmbeddingServer.start(rows, null, "rows", settings(TOKEN));
    }

    private static ServiceSettings settings(@Nullable String token) {
        return new ServiceSettings("127.0.0.1", 0, token, 8, Duration.ofMillis(2), 64, 1_000_000);
    }

    /// A folder of plain pictures; each has its own color.
    private Path drawn() throws IOException {
        Path drawn = Files.createDirectory(folder.resolve("pictures"));
        for (int i = 0; i < PICTURES; i++) {
            var image = new BufferedImage(20, 20, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 400; p++) {
                image.setRGB(p % 20, p / 20, 0x10_0803 * i + (p * i) % 256);
            }
            ImageIO.write(image, "png", picture(drawn, i).toFile());
        }
        return drawn;
    }

    private static Path picture(Path drawn, int i) {
        return drawn.resolve("picture%02d.png".formatted(i));
    }

    private Path table() throws IOException {
        var text = new StringBuilder("a,b,c\n");
        for (int i = 0; i < 32; i++) {
            text.append("%d.5,%d.25,%d.125%n".formatted(i * i % 7, i * 3 % 11, i % 5));
        }
        return Files.writeString(folder.resolve("table.csv"), text);
    }

    private TrainedEncoder trained(String name, Path data, String... settings) {
        var all = new ArrayList<>(List.of(settings));
        all.add("data.path=" + data);
        all.add("data.cache=" + folder.resolve("cache"));
        all.add("method.projector.widths=[8, 8]");
        all.add("train={epochs: 1, batch: 8, precision: fp32, threads: 1}");
        Recipe recipe = Recipes.load(name, all);
        Path run = folder.resolve(name);
        try (RunFolder out = RunFolder.create(run, recipe);
                Dataset dataset = Dataset.open(recipe.data());
                Trainer trainer = Trainer.start(recipe, dataset, out, TrainingListener.silent())) {
            trainer.run();
        }
        return TrainedEncoder.open(run);
    }

    private VectorIndex indexed() throws IOException {
        int width = pictures.embed(picture(folder.resolve("pictures"), 0)).length;
        var values = new float[PICTURES * width];
        var names = new ArrayList<String>();
        for (int i = 0; i < PICTURES; i++) {
            Path file = picture(folder.resolve("pictures"), i);
            System.arraycopy(pictures.embed(file), 0, values, i * width, width);
            names.add(file.getFileName().toString());
        }
        Path place = folder.resolve("index");
        VectorIndex.build(VectorSource.of(values, width, names, null), place, IndexSettings.defaults());
        return VectorIndex.open(place);
    }

    @AfterAll
    void stop() {
        for (AutoCloseable open : new AutoCloseable[] {ofPictures, ofRows, index, pictures, rows, browser}) {
            try {
                if (open != null) {
                    open.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @BeforeEach
    void plain() {
        browser.open("about:blank");
        browser.viewport(1200, 900);
        browser.complaints();
    }

    private void choose(Path file) {
        browser.all("#file").getFirst().sendKeys(file.toString());
    }

    @Test
    void aPictureIsEmbeddedAndFindsItself() {
        browser.open(ofPictures.address().toString());
        browser.awaitText("#about", "reads images and gives 8 numbers");
        choose(picture(folder.resolve("pictures"), 5));
        browser.awaitText("#status", "Embedded in");
        assertThat(browser.text("#neighbors tr")).contains("picture05.png", "1.0000");
        assertThat(browser.all("#bars rect")).hasSize(8);
        assertThat(browser.text("#figures")).startsWith("8 numbers, length ");
        Pages.assertReachableByKeyboard(browser);
        Pages.assertFitsAPhone(browser);
        Pages.assertQuiet(browser);
    }

    @Test
    void aFileThatIsNoPictureIsRefusedInWords() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "no picture");
        browser.open(ofPictures.address().toString());
        browser.awaitText("#about", "reads images");
        choose(text);
        browser.await("document.querySelector('#status').classList.contains('error')");
        assertThat(browser.text("#status")).contains("image");
        assertThat(browser.all("#result:not([hidden])")).isEmpty();
    }

    @Test
    void aRowNeedsTheTokenAndItsNumbers() {
        browser.open(ofRows.address().toString());
        browser.awaitText("#about", "reads rows of 3 numbers and gives 6 numbers");
        browser.focus("#row");
        browser.press("1.5, x, 3");
        browser.focus("#rows button");
        browser.press(Keys.ENTER);
        browser.awaitText("#status", "Entry 2 is no number.");
        browser.script("document.querySelector('#row').value = '1.5, 2, 3'");
        browser.press(Keys.ENTER);
        browser.await("!document.querySelector('#token').hidden");
        browser.focus("#token input");
        browser.press(TOKEN);
        browser.focus("#rows button");
        browser.press(Keys.ENTER);
        browser.awaitText("#status", "Embedded in");
        assertThat(browser.all("#bars rect")).hasSize(6);
        assertThat(browser.all("#found:not([hidden])")).isEmpty();
        Pages.assertReachableByKeyboard(browser);
        Pages.assertFitsAPhone(browser);
    }
}
