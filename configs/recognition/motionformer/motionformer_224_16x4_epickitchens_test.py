# Motionformer on the test split of EPIC-KITCHENS-100, whose labels only the challenge knows: tools/test.py with --out
# test.zip --out-format epic writes the submission. For another model, give ann_file of the test data by --cfg-options.
_base_ = 'motionformer_224_16x4_epickitchens.py'

test_dataloader = dict(dataset=dict(ann_file='data/epickitchens/EPIC_100_test_timestamps.csv'))
