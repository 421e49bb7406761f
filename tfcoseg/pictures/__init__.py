"""Pictures and masks between disk, memory and back: the one reader and the one writer.

NumPy and Pillow only, so that training, inference and the command line read a file in
exactly the same way. Sizes are always (height, width).
"""

from tfcoseg.pictures.names import is_picture_name as is_picture_name
from tfcoseg.pictures.names import picture_suffixes as picture_suffixes
from tfcoseg.pictures.reading import is_stored_plainly as is_stored_plainly
from tfcoseg.pictures.reading import read_image as read_image
from tfcoseg.pictures.reading import read_mask as read_mask
from tfcoseg.pictures.reading import read_size as read_size
from tfcoseg.pictures.resizing import resize_image as resize_image
from tfcoseg.pictures.resizing import resize_mask as resize_mask
from tfcoseg.pictures.resizing import resize_soft_mask as resize_soft_mask
from tfcoseg.pictures.writing import to_image as to_image
from tfcoseg.pictures.writing import write_png as write_png
