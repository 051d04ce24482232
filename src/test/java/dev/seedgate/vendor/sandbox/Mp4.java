package dev.seedgate.vendor.sandbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** As much of an MP4 file as tells what kind of clip it is. */
class Mp4 {

    private static final Set<String> CONTAINERS = Set.of("moov", "trak", "mdia");

    private final List<String> boxes = new ArrayList<>();
    private final List<String> handlers = new ArrayList<>();
    private double seconds;
    private int width;
    private int height;

    static Mp4 read(byte[] file) {
        Mp4 mp4 = new Mp4();
        mp4.readBoxes(ByteBuffer.wrap(file), true);
        return mp4;
    }

    /** The boxes at the top, in their order. */
    List<String> boxes() {
        return boxes;
    }

    List<String> handlers() {
        return handlers;
    }

    double seconds() {
        return seconds;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    private void readBoxes(ByteBuffer bytes, boolean top) {
        while (bytes.hasRemaining()) {
            int size = bytes.getInt();
            String type = type(bytes);
            ByteBuffer content = bytes.slice(bytes.position(), size - 8);
            bytes.position(bytes.position() + size - 8);
            if (top) {
                boxes.add(type);
            }
            readBox(type, content);
        }
    }

    private void readBox(String type, ByteBuffer content) {
        if (CONTAINERS.contains(type)) {
            readBoxes(content, false);
        }
        // Offsets of version 0, which short clips have.
        if (type.equals("mvhd")) {
            seconds = (double) content.getInt(16) / content.getInt(12);
        }
        if (type.equals("tkhd") && content.getInt(76) != 0) {
            width = content.getInt(76) >> 16;
            height = content.getInt(80) >> 16;
        }
        if (type.equals("hdlr")) {
            handlers.add(type(content.position(8)));
        }
    }

    private static String type(ByteBuffer bytes) {
        byte[] type = new byte[4];
        bytes.get(type);
        return new String(type, StandardCharsets.US_ASCII);
    }
}
