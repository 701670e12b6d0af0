"""The service: GET /health, /score?a=1&b=2, /totals, /chart.png."""

from fastapi import FastAPI, Response
import uvicorn

from service.chart import bars
from service.model import train
from service.settings import Settings
from service.tables import totals

app = FastAPI()
model = train()


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/score")
def score(a: float, b: float) -> dict[str, float]:
    return {"score": float(model.predict_proba([[a, b]])[0, 1])}


@app.get("/totals")
def table_totals() -> dict[str, int]:
    return totals()


@app.get("/chart.png")
def chart() -> Response:
    return Response(bars(totals()), media_type="image/png")


def serve() -> None:
    settings = Settings()
    uvicorn.run(app, host=settings.host, port=settings.port)
