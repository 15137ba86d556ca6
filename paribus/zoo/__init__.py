"""Models that were trained by somebody else: find the folder, read the logs, load the weights.

    folder = paribus.zoo.find("blind")
    zoo = paribus.zoo.open_zoo(folder)
    zoo.log("Alpha").rows          # what training logged
    model, tokenizer = zoo.load("Alpha")
    data = paribus.zoo.load_data(zoo, load)    # the function of the course's library that loads its data
    paribus.zoo.compare(zoo, data).frame()

Weights are read as safetensors and nothing is unpickled.
"""

from paribus.zoo.comparison import Comparison as Comparison
from paribus.zoo.comparison import compare as compare
from paribus.zoo.comparison import load_data as load_data
from paribus.zoo.comparison import sheets_table as sheets_table
from paribus.zoo.folder import ZooFolder as ZooFolder
from paribus.zoo.folder import open_zoo as open_zoo
from paribus.zoo.logs import Log as Log
from paribus.zoo.uploading import upload as upload
from paribus.zoo.where import find as find
