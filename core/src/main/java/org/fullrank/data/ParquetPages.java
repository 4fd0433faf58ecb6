package org.fullrank.data;

import dev.hardwood.internal.metadata.DataPageHeader;
import dev.hardwood.internal.metadata.DataPageHeaderV2;
import dev.hardwood.internal.metadata.PageHeader;
import dev.hardwood.internal.reader.Dictionary;
import dev.hardwood.internal.reader.Page;
import dev.hardwood.internal.reader.PageDecoder;
import dev.hardwood.internal.thrift.PageHeaderReader;
import dev.hardwood.metadata.ColumnMetaData;
import dev.hardwood.metadata.Encoding;
import dev.hardwood.schema.ColumnSchema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// The cells of one column in one group of rows, read page by page.
///
/// Hardwood parses the headers and decodes the pages. This class walks from page to page and compares each
/// header with the bytes of the file. The public readers of Hardwood 1.0.1 do not work for damaged files: if
/// the pages have fewer cells than the metadata claim, they read without end. The public readers also cannot
/// use other decompressors, see [ParquetCodecs]. The version of Hardwood is pinned, because these classes are
/// internal.
final class ParquetPages {
    /// The encodings that common writers use for images and labels. The delta encodings are left out, because
    /// they allocate what they claim.
    static final Set<Encoding> ENCODINGS =
            Collections.unmodifiableSet(EnumSet.of(Encoding.PLAIN, Encoding.PLAIN_DICTIONARY, Encoding.RLE_DICTIONARY));

    private static final int LEAST_CELL_BYTES = 4; // of a plain number or the length of a text

    /// A page may always have this many cells, because equal cells are stored only once.
    private static final int FREE_CELLS = 1 << 23;

    private static final long MOST_CELLS_PER_BYTE = 32; // of larger pages

    private final ByteBuffer chunk;
    private final ColumnMetaData data;
    private final ColumnSchema column;
    private final PageDecoder decoder;
    private long left; // cells in the pages that are not decoded yet
    private @Nullable Dictionary dictionary;
    private @Nullable Page page;
    private int cell;

    /// @param chunk the bytes of the column in this group
    /// @param cells number of cells of the column in this group: the number of rows, or of the numbers in all lists
    ParquetPages(ByteBuffer chunk, ColumnMetaData data, ColumnSchema column, long cells) {
        this.chunk = chunk;
        this.data = data;
        this.column = column;
        this.left = cells;
        decoder = new PageDecoder(data, column, new ParquetCodecs());
    }

    /// The bytes in the cell of the next row; null if it is missing.
    ///
    /// @throws IOException when the pages have fewer cells than rows
    byte @Nullable [] nextBytes() throws IOException {
        return next() instanceof Page.ByteArrayPage binary && !binary.isNull(cell) ? binary.get(cell) : null;
    }

    /// The number or the text in the cell of the next row, empty if it is missing.
    ///
    /// @throws IOException when the pages have fewer cells
    String nextText() throws IOException {
        Page current = next();
        if (current.isNull(cell)) {
            return "";
        }
        return switch (current) {
            case Page.IntPage ints -> String.valueOf(ints.get(cell));
            case Page.LongPage longs -> String.valueOf(longs.get(cell));
            case Page.ByteArrayPage texts -> new String(texts.get(cell), StandardCharsets.UTF_8).strip();
            case Page.BooleanPage _, Page.FloatPage _, Page.DoublePage _ ->
                throw new IllegalStateException("a column of labels of type " + column.type());
        };
    }

    /// Number of cells in the pages that are not decoded yet.
    long left() {
        return left;
    }

    /// The page of the next cell.
    private Page next() throws IOException {
        cell++;
        Page current = page;
        while (current == null || cell >= current.size()) {
            current = readPage();
            cell = 0;
        }
        page = current;
        return current;
    }

    /// The next page of cells.
    Page readPage() throws IOException {
        while (chunk.hasRemaining()) { // ends, because a header has at least one byte
            var thrift = new ThriftReader(chunk);
            PageHeader header = PageHeaderReader.read(thrift);
            if (header.compressedPageSize() > chunk.remaining() - thrift.getBytesRead()) {
                throw new IOException("a page claims %d bytes, but the column has %d left"
                        .formatted(header.compressedPageSize(), chunk.remaining() - thrift.getBytesRead()));
            }
            ByteBuffer whole = chunk.slice(chunk.position(), thrift.getBytesRead() + header.compressedPageSize());
            chunk.position(chunk.position() + whole.remaining());
            switch (header.type()) {
                case INDEX_PAGE -> {}
                case DICTIONARY_PAGE -> dictionary = dictionary(header, whole.position(thrift.getBytesRead()));
                case DATA_PAGE, DATA_PAGE_V2 -> {
                    check(header);
                    return decoder.decodePage(whole, dictionary);
                }
            }
        }
        throw new IOException("the pages of the column %s end %d cells too early".formatted(column.fieldPath(), left));
    }

    private Dictionary dictionary(PageHeader header, ByteBuffer body) throws IOException {
        if (header.crc() != null) {
            var crc = new CRC32();
            crc.update(body.duplicate());
            if ((int) crc.getValue() != header.crc()) {
                throw new IOException("a page has not the checksum that its header claims");
            }
        }
        byte[] content = ParquetCodecs.page(data.codec(), body, header.uncompressedPageSize());
        int cells = header.dictionaryPageHeader() == null
                ? -1
                : header.dictionaryPageHeader().numValues();
        if (cells < 0 || cells > content.length / LEAST_CELL_BYTES) {
            throw new IOException("a dictionary of %d bytes claims %d cells".formatted(content.length, cells));
        }
        return Dictionary.parse(content, cells, column.type(), column.typeLength());
    }

    /// Compares the sizes in the header of a page of cells with the actual sizes.
    private void check(PageHeader header) throws IOException {
        DataPageHeader first = header.dataPageHeader();
        DataPageHeaderV2 second = header.dataPageHeaderV2();
        boolean isSecond = header.type() == PageHeader.PageType.DATA_PAGE_V2;
        if (isSecond ? second == null : first == null) {
            throw new IOException("the header of a page lacks its second part");
        }
        Encoding encoding = isSecond ? second.encoding() : first.encoding();
        if (!ENCODINGS.contains(encoding) || !isSecond && first.definitionLevelEncoding() != Encoding.RLE) {
            throw new IOException("a page of the column %s has the encoding %s, expected PLAIN or a dictionary"
                    .formatted(column.fieldPath(), encoding));
        }
        int levels = isSecond ? second.definitionLevelsByteLength() : 0;
        if (levels < 0 || levels > header.compressedPageSize()) {
            throw new IOException("a page claims more bytes than it has");
        }
        int cells = isSecond ? second.numValues() : first.numValues();
        if (cells < 0 || cells > left) {
            throw new IOException("a page of the column %s claims %d cells, but %d are left"
                    .formatted(column.fieldPath(), cells, left));
        }
        if (cells > FREE_CELLS + MOST_CELLS_PER_BYTE * header.compressedPageSize()) {
            throw new IOException("a page of the column %s claims %d cells in %d bytes"
                    .formatted(column.fieldPath(), cells, header.compressedPageSize()));
        }
        left -= cells;
    }
}
