# Kinetics-600 as the Video Transformer benchmark's TimeSformer reads it: intervals are counted in frames, whatever the
# frame rate.
_base_ = ['./kinetics600.py', '../pipelines/timesformer_8x32_224.py']

# The published code draws a start and does not use it: in training too, a clip starts with the video.
train_pipeline, val_pipeline, test_pipeline = (
    [
        dict(
            clips,
            sampling=dict(type='mmaction_vt.SampleBenchmarkClips', clip_len=8, frame_interval=32, test_mode=True),
            short_side=side,
        ),
        pack,
    ]
    for (clips, pack), side in (
        (_base_.train_pipeline, (256, 320)),
        (_base_.val_pipeline, 256),
        (_base_.test_pipeline, 224),
    )
)

# Labels in the order of the published weights, which is not alphabetical:
# tools/data/kinetics.py ... --class-names kinetics600_vtb
ann_file_train = 'data/kinetics600/kinetics600_train_list_videos_vtb.txt'
ann_file_val = 'data/kinetics600/kinetics600_val_list_videos_vtb.txt'
class_names = 'kinetics600_vtb'
train_dataloader = dict(batch_size=8, dataset=dict(ann_file=ann_file_train, pipeline=train_pipeline))
val_dataloader = dict(batch_size=8, dataset=dict(ann_file=ann_file_val, pipeline=val_pipeline))
test_dataloader = dict(dataset=dict(ann_file=ann_file_val, pipeline=test_pipeline))
