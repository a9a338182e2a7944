"""Pictures and clips, in and out.

Pixels are RGB uint8, (H, W, 3), sRGB, upright. Times are seconds from the first presented frame, as
the file has them: nothing here assumes a constant frame rate. What cannot be read or written raises
:class:`mien.core.errors.MediaError` with one line; what was read with a loss warns with
:class:`mien.media.files.MediaWarning`. Files appear whole or not at all.

    kind     is it a picture or a clip
    image    load_image, as_picture, save_image (colour, exif: what travels with the pixels)
    video    probe, frames (container, animation: where frames come from; prefetch: the thread)
    writer   write_video, video_writer
    files    which paths may be read, atomic writing
"""
