package org.fullrank.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.fullrank.decompose.Decomposition;
import org.fullrank.decompose.DecompositionSettings;
import org.fullrank.decompose.PartialTensor;
import org.fullrank.decompose.RankSearch;
import org.fullrank.decompose.Reconstruction;
import org.junit.jupiter.api.Test;

class DecompositionPageTest {
    private static BufferedImage picture(String uri) throws IOException {
        byte[] png = Base64.getDecoder().decode(uri.substring("data:image/png;base64,".length()));
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    @Test
    void holdsTableCurvesAndPictures() {
        float[] values = {1, 2, 3, 4, 5, Float.NaN};
        PartialTensor data = PartialTensor.of(List.of(2, 3), values, null, true);
        var fitted = new Decomposition(
                DecompositionSettings.ofRank(1),
                List.of(2, 3),
                List.of(new float[] {1, 2}, new float[] {1, 2, 3}),
                2,
                new double[] {9, 4, 3},
                new double[] {8, 5, 6},
                Double.NaN);
        String html = DecompositionPage.html(
                "</script><b>",
                data,
                fitted,
                List.of(Reconstruction.of(fitted, null)),
                List.of(new RankSearch.Tried(1, 5, 2)),
                null);
        assertThat(html)
                .doesNotContain("</script><b>")
                .contains("\"kind\":\"decomposition\"", "\"rank\":1", "\"iterations\":2", "\"shape\":[2,3]")
                .contains("\"table\":[{\"name\":\"deeptensor\",\"rank\":1,\"heldOut\":5.0,\"psnr\":null}]")
                .contains("\"curve\":{\"steps\":[1,2,3],\"loss\":[9.0,4.0,3.0],\"heldOut\":[8.0,5.0,6.0]}")
                .contains("\"name\":\"input\"", "\"name\":\"residual\"", "\"name\":\"factor 2, 3 x 1\"");
    }

    @Test
    void picturesRunFromBlackToWhiteAndMarkMissingEntries() throws IOException {
        BufferedImage gray = picture(TensorPicture.gray(new float[] {0, 1, 0.2f, Float.NaN}, 2, 2, 0, 1));
        assertThat(gray.getRGB(0, 0)).isEqualTo(0xFF000000);
        assertThat(gray.getRGB(1, 0)).isEqualTo(0xFFFFFFFF);
        assertThat(gray.getRGB(0, 1)).isEqualTo(0xFF333333);
        assertThat(gray.getRGB(1, 1)).isEqualTo(0xFFE0A030);
        BufferedImage signed = picture(TensorPicture.signed(new float[] {-1, 0, 1}, 1, 3, 1));
        assertThat(signed.getRGB(0, 0)).isEqualTo(0xFF0000FF);
        assertThat(signed.getRGB(1, 0)).isEqualTo(0xFFFFFFFF);
        assertThat(signed.getRGB(2, 0)).isEqualTo(0xFFFF0000);
    }

    @Test
    void longSidesAreThinned() throws IOException {
        BufferedImage thinned = picture(TensorPicture.gray(new float[2000], 2, 1000, 0, 1));
        assertThat(thinned.getWidth()).isEqualTo(500);
        assertThat(thinned.getHeight()).isEqualTo(1);
    }
}
