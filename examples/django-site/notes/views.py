import io
import logging
import os

import bleach
import markdown
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from PIL import Image, ImageDraw
from rest_framework import serializers, viewsets

from notes.models import Note

log = logging.getLogger(__name__)
TAGS = ["p", "strong", "em", "ul", "ol", "li", "code", "pre", "a", "h1", "h2", "h3", "blockquote"]


class NoteSerializer(serializers.ModelSerializer):
    html = serializers.SerializerMethodField()

    class Meta:
        model = Note
        fields = ["id", "title", "body", "html", "picture", "created"]

    def get_html(self, note: Note) -> str:
        return bleach.clean(markdown.markdown(note.body), tags=TAGS)


class NoteViewSet(viewsets.ModelViewSet):
    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    filterset_fields = ["title"]

    def perform_create(self, serializer: NoteSerializer) -> None:
        note = serializer.save()
        log.info("new note", extra={"note": note.pk, "picture": note.picture.name})


def home(request):
    notes = NoteSerializer(Note.objects.all()[:20], many=True).data
    return render(request, "notes/home.html", {"greeting": settings.ENV.greeting, "notes": notes, "uid": os.getuid()})


def health(request):
    return JsonResponse({"status": "ok", "notes": Note.objects.count(), "uid": os.getuid()})


def thumbnail(request):
    picture = Image.new("RGB", (120, 40), "#20507a")
    ImageDraw.Draw(picture).text((8, 12), "notes", fill="white")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return HttpResponse(out.getvalue(), content_type="image/png")


def media(request, name):
    """A picture of a note; a site with many visitors puts a server or a bucket in front."""
    try:
        return FileResponse(default_storage.open(name))
    except (FileNotFoundError, IsADirectoryError, SuspiciousFileOperation) as error:
        raise Http404 from error
