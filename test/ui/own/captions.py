"""What the browser tests look at: the three flows of examples/captionacc under one that calls them, run by the
unmodified client, with a run that retries, one that fails, and one that asks a person. Prints a run's id a line.
usage: python captions.py FLOWS WORKSPACE, with PREFECT_API_URL
"""

import sys

sys.path.insert(0, sys.argv[1])

from caption_ocr import caption_ocr
from crop_and_infer import crop_and_infer
from prefect import flow, get_run_logger, pause_flow_run, task
from prefect.artifacts import create_markdown_artifact
from prefect.events import emit_event
from prefect.input import RunInput
from prefect.runtime import flow_run, task_run
from video_initial_processing import video_initial_processing

WORKSPACE = sys.argv[2]


class Review(RunInput):
    approved: bool
    note: str = ""


def told() -> None:
    print(flow_run.get_name(), flow_run.get_id(), flush=True)


@flow(name="caption-a-video", flow_run_name="captions-a-video")
def caption_a_video() -> None:
    told()
    video_initial_processing(workspace=WORKSPACE)
    crop_and_infer(workspace=WORKSPACE)
    caption_ocr(workspace=WORKSPACE)
    emit_event("video.captioned", resource={"prefect.resource.id": "video.sample", "prefect.resource.name": "The sample"})


@task(retries=1, retry_delay_seconds=0.1, task_run_name="fetch-frames")
def fetch() -> None:
    if task_run.get_run_count() == 1:
        raise ConnectionError("the store hung up")


@flow(flow_run_name="fetches-twice")
def fetch_twice() -> None:
    told()
    fetch()


@flow(flow_run_name="has-no-video")
def without_video() -> None:
    told()
    get_run_logger().warning("there is no video in the inbox")
    crop_and_infer.fn(video="missing", workspace=WORKSPACE)


@flow(flow_run_name="asks-somebody")
def ask_somebody() -> None:
    told()
    review = pause_flow_run(wait_for_input=Review.with_initial_data(approved=False, note="please look"), timeout=300, poll_interval=1)
    create_markdown_artifact(key="review", markdown=f"**{review.approved}**: {review.note}")


caption_a_video()
fetch_twice()
without_video(return_state=True)
ask_somebody()
