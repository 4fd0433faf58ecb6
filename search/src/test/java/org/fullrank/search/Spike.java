package org.fullrank.search;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import org.apache.lucene.index.*; import org.apache.lucene.search.*; import org.apache.lucene.store.*;
class Spike {
  static double quantizedRecall(SampleVectors s, Path p, RandomRotation r) throws Exception {
    int n=100,k=10,f=0;
    try (var reader = DirectoryReader.open(new MMapDirectory(p))) {
      var se = new IndexSearcher(reader);
      for (int q=0;q<n;q++) {
        float[] v = s.rows()[q].clone(); UnitVectors.scale("", 0, v, v.length); v = r.rotate(v);
        int qq=q;
        var truth = s.nearest(s.rows()[q], k+1, IntStream.range(0,s.rows().length));
        var docs = se.search(new KnnFloatVectorQuery("vector", v, 100), k+1).scoreDocs;
        Set<Integer> got = new HashSet<>(); for (var d:docs) got.add(d.doc);
        f += truth.stream().filter(got::contains).count();
      }
    }
    return (double) f/n/(k+1);
  }
  public static void main(String[] a) throws Exception {
    java.util.function.IntToDoubleFunction[] scales = { d->1, d->Math.pow(10,-d/16.0), d->1/(1.0+d), d-> d<4?30:1, d -> d==0?30:1};
    for (int bits: new int[]{8,4}) for (int i=0;i<scales.length;i++) {
      SampleVectors s = SampleVectors.clustered(4000,64,40,0.7).scaled(scales[i]);
      for (boolean rot : new boolean[]{false,true}) {
        Path p = Files.createTempDirectory("sp");
        RandomRotation r = rot ? RandomRotation.of(64,0) : identity(64);
        long t=System.nanoTime();
        var card = new IndexBuild(s.source(), IndexSettings.defaults().withBits(bits), r).into(p, x->{});
        System.out.printf("bits %d scale %d rot %s: rescored %.3f quantized %.3f  %.2f s%n", bits, i, rot, card.recall().share(), quantizedRecall(s,p,r), (System.nanoTime()-t)/1e9);
      }
    }
  }
  static RandomRotation identity(int n) { float[][] m = new float[n][n]; for (int i=0;i<n;i++) m[i][i]=1; return new RandomRotation(m); }
}
