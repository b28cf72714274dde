"""The pages of the reference's UI, served by Reeve, on the runs of the example."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from conftest import Up

FLOWS = ("video-initial-processing", "crop-and-infer", "caption-ocr")


def test_start_leads_to_the_dashboard(page: Page, up: Up) -> None:
    page.goto(up.base.removesuffix("/v2") + "/")
    expect(page.get_by_text("Flow Runs", exact=True)).to_be_visible()
    expect(page.get_by_text("3 total")).to_be_visible()
    expect(page.get_by_text("captionacc-workers").first).to_be_visible()
    assert page.url.startswith(up.base)


def test_runs_are_listed(page: Page, up: Up) -> None:
    page.goto(f"{up.base}/runs")
    for flow in FLOWS:
        expect(page.get_by_text(up.sample(flow)[0]).first).to_be_visible()
    expect(page.get_by_text("Completed").first).to_be_visible()


def test_a_run_has_its_logs_and_tasks(page: Page, up: Up) -> None:
    name, run = up.sample("caption-ocr")
    page.goto(f"{up.base}/runs/flow-run/{run}")
    expect(page.get_by_text(name).first).to_be_visible()
    expect(page.get_by_text(f"Flow run '{name}' submitted to infrastructure")).to_be_visible()
    page.get_by_role("combobox").filter(has_text="Oldest to newest").click()
    page.get_by_role("option", name="Newest to oldest").click()
    expect(page.get_by_text("all 3 captions were read")).to_be_visible()
    page.get_by_role("tab", name="Task Runs").click()
    expect(page.get_by_text("write_subtitles").first).to_be_visible()
    page.get_by_role("tab", name="Artifacts").click()
    expect(page.get_by_text("sample-text").first).to_be_visible()


def test_a_deployment_is_run_by_a_click(page: Page, up: Up) -> None:
    page.goto(f"{up.base}/deployments")
    for flow in FLOWS:
        expect(page.get_by_text(flow).first).to_be_visible()
    page.locator("a[href*='/deployments/deployment/']", has_text="crop-and-infer").first.click()
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Quick run").click()
    expect(page.get_by_text("Flow run created").first).to_be_visible()
    page.get_by_role("button", name="View run").click()
    expect(page.get_by_text("Completed").first).to_be_visible(timeout=120_000)


def test_a_work_pool_has_its_worker(page: Page, up: Up) -> None:
    page.goto(f"{up.base}/work-pools/work-pool/captionacc-workers")
    expect(page.get_by_text("captionacc-workers").first).to_be_visible()
    page.get_by_role("tab", name="Workers").click()
    expect(page.get_by_text("ProcessWorker").first).to_be_visible()
    expect(page.get_by_text("Online").first).to_be_visible()


def test_settings_are_shown(page: Page, up: Up) -> None:
    page.goto(f"{up.base}/settings")
    expect(page.get_by_text("3.8.8").first).to_be_visible()
