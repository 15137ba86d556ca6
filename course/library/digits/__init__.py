"""Pictures of handwritten digits and the small networks that the methodology lab breaks and repairs.

    import digits
    pictures = digits.load()
    model = digits.network(depth=2)
    seen = digits.fit(model, *pictures.training, held=pictures.validation)
    seen["loss"], digits.held_out(model, pictures.validation)

Nothing is downloaded: the pictures come with scikit-learn. A seed gives the same run wherever torch is the same.
"""

from digits.networks import FAULTS as FAULTS
from digits.networks import fit as fit
from digits.networks import held_out as held_out
from digits.networks import network as network
from digits.pictures import Pictures as Pictures
from digits.pictures import by_nearest_neighbour as by_nearest_neighbour
from digits.pictures import load as load
from digits.pictures import photographs as photographs
