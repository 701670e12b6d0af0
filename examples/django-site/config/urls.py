from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from notes import views

router = DefaultRouter()
router.register("notes", views.NoteViewSet)

urlpatterns = [
    path("", views.home),
    path("health/", views.health),
    path("thumbnail.png", views.thumbnail),
    path("media/<path:name>", views.media),
    path("api/", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view()),
]
